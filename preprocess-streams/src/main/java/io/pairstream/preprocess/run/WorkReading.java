package io.pairstream.preprocess.run;

import io.pairstream.image.ImageWorkerPool;
import io.pairstream.image.WorkerCounts;
import io.pairstream.preprocess.topology.DecisionCounts;
import io.pairstream.preprocess.topology.NodeWork;
import io.pairstream.service.report.Reading;
import java.util.List;
import java.util.function.Consumer;

/** What the topology's steps and nodes did, what they decided, and how the image workers are. */
final class WorkReading implements Consumer<Reading> {

  private final int threads;
  private final StepTimes times;
  private final NodeWork nodes;
  private final DecisionCounts decisions;
  private final ImageWorkerPool workers;

  WorkReading(
      int threads,
      StepTimes times,
      NodeWork nodes,
      DecisionCounts decisions,
      ImageWorkerPool workers) {
    this.threads = threads;
    this.times = times;
    this.nodes = nodes;
    this.decisions = decisions;
    this.workers = workers;
  }

  @Override
  public void accept(Reading reading) {
    reading.gauge("stream_threads", threads);
    times
        .soFar()
        .forEach(
            (step, of) ->
                reading
                    .counter("step_records_total", of.runs(), "step", step)
                    .counter("step_rejections_total", of.rejections(), "step", step)
                    .counter(
                        "step_nanoseconds_total", (long) (of.milliseconds() * 1e6), "step", step));
    nodes
        .soFar()
        .forEach(
            (node, of) ->
                reading
                    .counter("node_records_total", of.records(), "node", node)
                    .counter("node_forwarded_total", of.forwarded(), "node", node)
                    .counter("node_own_nanoseconds_total", of.ownNanos(), "node", node));
    readDecisions(reading);
    readWorkers(reading);
  }

  private void readDecisions(Reading reading) {
    decisions
        .byStanding()
        .forEach(
            (standing, count) ->
                reading.counter("decided_total", count, "standing", standing.name()));
    decisions
        .byReason()
        .forEach(
            (reason, count) -> reading.counter("rejected_total", count, "reason", reason.name()));
    List<Long> within = decisions.withinDelay();
    for (int i = 0; i < within.size(); i++) {
      String end =
          i < DecisionCounts.DELAY_SECONDS.size()
              ? String.valueOf(DecisionCounts.DELAY_SECONDS.get(i))
              : "+Inf";
      reading.counter("decision_delay_seconds_bucket", within.get(i), "le", end);
    }
    reading.counter("decision_delay_nanoseconds_total", decisions.delayMillis() * 1_000_000);
  }

  private void readWorkers(Reading reading) {
    WorkerCounts now = workers.counts();
    reading
        .gauge("image_workers", now.most())
        .gauge("image_workers_running", now.running())
        .gauge("image_workers_busy", now.busy())
        .gauge("image_worker_callers_waiting", now.callersWaiting())
        .counter("image_worker_images_total", now.asked())
        .counter("image_worker_starts_total", now.started())
        .counter("image_worker_failed_starts_total", now.failedStarts())
        .counter("image_worker_losses_total", now.crashed(), "cause", "crash")
        .counter("image_worker_losses_total", now.late(), "cause", "deadline");
  }
}

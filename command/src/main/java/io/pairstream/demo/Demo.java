package io.pairstream.demo;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.pairstream.curation.history.DecidedPairs;
import io.pairstream.drawing.DrawnPairs;
import io.pairstream.feed.cut.ViewCut;
import io.pairstream.feed.set.ExportPlan;
import io.pairstream.feed.set.SetExport;
import io.pairstream.feed.source.FeedSource;
import io.pairstream.feed.view.View;
import io.pairstream.ingest.publish.PairPublisher;
import io.pairstream.platform.LogEnd;
import io.pairstream.platform.PlatformException;
import io.pairstream.platform.ServiceSpec;
import io.pairstream.platform.WholePlatform;
import io.pairstream.schemas.PairStatus;
import io.pairstream.service.Cluster;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.requirements.Machine;
import io.pairstream.storage.ObjectStore;
import io.pairstream.terminal.Progress;
import io.pairstream.terminal.Table;
import io.pairstream.terminal.TerminalText;
import io.pairstream.tools.audit.Audit;
import io.pairstream.tools.audit.AuditReport;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** The main job on real input: pairs in, batches out, and how far it is while it goes on. */
public final class Demo {

  private static final long SEED = 1;
  private static final int BATCH_SIZE = 32;

  /** Without any progress for so long, something is wrong that waiting does not help. */
  private static final Duration STUCK = Duration.ofMinutes(2);

  /** Time without progress that ends the demo on a machine with more to do than processors. */
  private static final Duration STUCK_WHERE_BUSY = Duration.ofMinutes(20);

  /** How long the audit looks for what it does not find at first. */
  private static final Duration LATE = Duration.ofMinutes(1);

  private static final Duration LOOK_EVERY = Duration.ofMillis(100);

  /**
   * Result of a demo.
   *
   * @param published pairs and records that went in
   * @param batches batches that were handed to the trainer
   * @param pairsPerSecond from the first send until all was decided
   */
  public record Summary(
      long published,
      @JsonUnwrapped DecidedPairs.Counts outputs,
      long batches,
      double pairsPerSecond,
      Audited audit) {

    /**
     * Result of the audit.
     *
     * @param inputs raw coordinates that were looked at
     * @param differences coordinates that did not leave by exactly one output
     */
    public record Audited(long inputs, long differences) {}

    /** For a person, in lines. */
    public String toText() {
      Table table =
          new Table()
              .row("published", published)
              .row("training", outputs.training())
              .row("validation", outputs.validation())
              .row("test", outputs.test())
              .row("quarantine", outputs.quarantined());
      outputs.quarantine().forEach((reason, count) -> table.row("  " + reason, count));
      table.row("batches", batches).row("pairs per second", Math.round(pairsPerSecond));
      return String.join("\n", table.lines())
          + TerminalText.format(
              "%naudit: %,d difference(|s) (%,d input(|s), each in exactly one output%s)%n",
              audit.differences(),
              audit.inputs(),
              audit.differences() == 0 ? "" : " but for these");
    }
  }

  private final WholePlatform platform;
  private final Cluster cluster;
  private final Machine machine;
  private final AtomicLong published = new AtomicLong();
  private final long startedAt = System.nanoTime();

  private DecidedPairs.Counts outputs;

  private long batches;
  private long moved;
  private long movedAt;

  public Demo(WholePlatform platform) {
    this.platform = platform;
    this.cluster = platform.cluster();
    this.machine = Machine.of(platform.processes().dataDirectory());
  }

  /**
   * Publishes drawn pairs, and returns once each is accounted for.
   *
   * @throws PlatformException where the work does not get on
   */
  public Summary run(long pairs, Progress progress) throws IOException, InterruptedException {
    startFeed();
    ClusterAccess access = new ClusterAccess(cluster);
    try (DecidedPairs decided = new DecidedPairs(access);
        BufferedReader trainer = Files.newBufferedReader(log("feed"))) {
      CompletableFuture<Void> publishing = CompletableFuture.runAsync(() -> publish(access, pairs));
      movedAt = System.nanoTime();
      do {
        look(decided, trainer, progress);
        if (isStuck()) {
          throw new PlatformException(
              "nothing has moved for %d s: %d published, %d accounted for%s%s%n%s"
                  .formatted(
                      Duration.ofNanos(System.nanoTime() - movedAt).toSeconds(),
                      published.get(),
                      outputs.total(),
                      obstacle("; ", ""),
                      machine.trouble().map(trouble -> "; " + trouble).orElse(""),
                      LogEnd.quoted(log("preprocess"))));
        }
      } while (!publishing.isDone() || outputs.total() < published.get());
      publishing.join();
      double perSecond = perSecond();
      while (batches < outputs.training() / BATCH_SIZE && !isStuck()) {
        look(decided, trainer, progress);
      }
      AuditReport audit = new Audit(access, LATE).run();
      return new Summary(
          published.get(),
          outputs,
          batches,
          perSecond,
          new Summary.Audited(audit.inputs(), audit.differences()));
    }
  }

  /** Writes the training pairs as a set, which is read without a platform. */
  public void export(ObjectStore target) throws IOException {
    FeedSource training = new FeedSource(new ClusterAccess(cluster), PairStatus.TRAINING);
    View view = ViewCut.of(training, List.of(), records -> {});
    ExportPlan plan = ExportPlan.of(view, ExportPlan.viewOrder(), 0);
    var unused = SetExport.export(training, plan, target, (samples, of, bytes) -> {});
  }

  private void startFeed() {
    Path data = platform.processes().dataDirectory();
    platform
        .processes()
        .launch(
            new ServiceSpec(
                "feed",
                ServiceSpec.COMMAND,
                List.of(
                    "feed",
                    "--json",
                    "--batch-size",
                    String.valueOf(BATCH_SIZE),
                    "--position-file",
                    data.resolve("feed-position.json").toString(),
                    "--data-dir",
                    data.toString()),
                // It reads a few batches: a compiler that pays off later does not here.
                List.of("-Xmx256m", "-XX:TieredStopAtLevel=1"),
                Optional::empty));
  }

  private Path log(String process) {
    return platform.processes().dataDirectory().resolve("logs").resolve(process + ".log");
  }

  private void publish(ClusterAccess access, long pairs) {
    DrawnPairs drawn = new DrawnPairs(SEED);
    try (PairPublisher publisher =
        PairPublisher.open(
            access.topics().crowdsourced(), cluster.clientSettings(Map.of()), Clock.systemUTC())) {
      for (long index = 0; index < pairs; index++) {
        var unused = publisher.publish(drawn.at(index).pair()).thenRun(published::incrementAndGet);
      }
      publisher.flush();
    }
  }

  private void look(DecidedPairs decided, BufferedReader trainer, Progress progress)
      throws IOException, InterruptedException {
    TimeUnit.NANOSECONDS.sleep(LOOK_EVERY.toNanos());
    outputs = decided.count();
    while (trainer.ready()) {
      batches += trainer.readLine().startsWith("{\"batch\"") ? 1 : 0;
    }
    long now = published.get() + outputs.total() + batches;
    if (now != moved) {
      moved = now;
      movedAt = System.nanoTime();
    }
    progress.show(
        "%sin %,d  training %,d  validation %,d  test %,d  quarantine %,d  batches %,d  %.0f/s",
        obstacle("", "; "),
        published.get(),
        outputs.training(),
        outputs.validation(),
        outputs.test(),
        outputs.quarantined(),
        batches,
        perSecond());
  }

  /** Obstacle of a process that waits, between two texts; empty where all work. */
  private String obstacle(String before, String behind) {
    String waits = platform.processes().waits();
    return waits.isEmpty() ? "" : before + waits + behind;
  }

  private boolean isStuck() {
    long still = System.nanoTime() - movedAt;
    return still > STUCK.toNanos()
        && (still > STUCK_WHERE_BUSY.toNanos() || machine.load().get().isEmpty());
  }

  /** Rounded to a tenth. */
  private double perSecond() {
    return Math.round(outputs.total() * 1e10 / (System.nanoTime() - startedAt)) / 10.0;
  }
}

package io.pairstream.operations.instances;

import io.pairstream.operations.sentence.Sentence;
import io.pairstream.operations.sentence.Template;
import io.pairstream.service.report.Series;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What the nodes of a topology do now, all processes together, and which of them holds the rest
 * back.
 *
 * <p>A stream thread takes one record at a time through all its nodes, so a node is held back while
 * it waits for those behind it, and what is its own is its share of the threads' time. As on a
 * Flink job's page, the bottleneck is the node that is busy itself and not held back: here the one
 * whose own work takes most of the threads' time, where the threads are busy at all.
 */
final class GraphWork {

  /** Threads that work less than this have time for more. */
  private static final double BUSY_THREADS = 0.5;

  /** Where no node has this share of the work, no single one is to blame. */
  private static final double SHARE_OF_ONE = 0.3;

  /** By counter, and then by node. */
  private final Map<String, Map<String, Double>> rates = new HashMap<>();

  private final Map<String, Double> records = of("node_records_total");
  private final Map<String, Double> forwarded = of("node_forwarded_total");
  private final Map<String, Double> ownNanos = of("node_own_nanoseconds_total");
  private double threads;
  private double workersBusy;
  private double workers;
  private double callersWaiting;

  /**
   * @param instances processes that run the topology; silent ones do not count
   */
  GraphWork(List<Instance> instances) {
    for (Instance instance : instances) {
      if (!instance.silent()) {
        add(instance);
      }
    }
  }

  private void add(Instance instance) {
    threads += known(instance.gauge("stream_threads"));
    workers += known(instance.gauge("image_workers"));
    workersBusy += known(instance.gauge("image_workers_busy"));
    callersWaiting += known(instance.gauge("image_worker_callers_waiting"));
    instance
        .rates()
        .forEach((name, rate) -> Series.read(name).ifPresent(series -> add(series, rate)));
  }

  private void add(Series series, double rate) {
    of(series.name()).merge(series.labels().getOrDefault("node", ""), rate, Double::sum);
  }

  private Map<String, Double> of(String counter) {
    return rates.computeIfAbsent(counter, unknown -> new HashMap<>());
  }

  private static double known(double value) {
    return Double.isNaN(value) ? 0 : value;
  }

  /**
   * Records per second that pass a node; NaN where that is not known. Of what comes to an arm of a
   * fork only what it lets through counts.
   */
  double perSecond(Graph graph, Graph.Node node) {
    return switch (node.kind()) {
      case PROCESSOR -> passes(graph, node.id());
      case SOURCE -> sum(graph.after(node.id()));
      case SINK -> sum(graph.before(node.id()));
    };
  }

  private double passes(Graph graph, String node) {
    double came = records.getOrDefault(node, Double.NaN);
    List<String> next = graph.after(node).stream().filter(id -> records.containsKey(id)).toList();
    boolean isArm = next.size() == 1 || node.endsWith("-kept");
    return isArm && !next.isEmpty() && forwarded.containsKey(node)
        ? Math.min(came, forwarded.get(node) / next.size())
        : came;
  }

  private double sum(List<String> processors) {
    double sum = Double.NaN;
    for (String id : processors) {
      double rate = records.getOrDefault(id, Double.NaN);
      sum = Double.isNaN(sum) ? rate : sum + known(rate);
    }
    return sum;
  }

  /** The node's own time for a record, in milliseconds; NaN where none came. */
  double milliseconds(String node) {
    double rate = records.getOrDefault(node, 0.0);
    return rate > 0 ? ownNanos.getOrDefault(node, 0.0) / rate / 1e6 : Double.NaN;
  }

  /** Share of the threads' time that the node's own work takes, 0 to 1; NaN where not known. */
  double busy(String node) {
    return threads > 0 && ownNanos.containsKey(node)
        ? Math.min(1, ownNanos.get(node) / 1e9 / threads)
        : Double.NaN;
  }

  /** Share of the threads' time that all nodes' work takes; NaN where not known. */
  double working() {
    return threads > 0 && !ownNanos.isEmpty()
        ? Math.min(1, ownNanos.values().stream().mapToDouble(nanos -> nanos).sum() / 1e9 / threads)
        : Double.NaN;
  }

  /** The node that holds the rest back, if one does. */
  Optional<String> bottleneck() {
    double working = working();
    if (Double.isNaN(working) || working < BUSY_THREADS) {
      return Optional.empty();
    }
    return ownNanos.entrySet().stream()
        .max(Comparator.comparingDouble(Map.Entry::getValue))
        .filter(most -> busy(most.getKey()) >= SHARE_OF_ONE * working)
        .map(Map.Entry::getKey);
  }

  /** Why that node is the bottleneck, and what helps. */
  Sentence sentence(String node) {
    Sentence sentence =
        Template.NODE_TAKES.with(
            node,
            Math.round(100 * busy(node)),
            String.format(
                Locale.ROOT, milliseconds(node) < 10 ? "%.2f" : "%.0f", milliseconds(node)));
    return workers > 0 && callersWaiting > 0 && workersBusy >= workers
        ? Template.WORKERS_BUSY.with(sentence, Math.round(workers), Math.round(callersWaiting))
        : sentence;
  }

  /** The topology as a whole, in a sentence. */
  Sentence sentence() {
    double working = working();
    if (Double.isNaN(working)) {
      return Template.NODES_NOT_KNOWN.with();
    }
    return bottleneck()
        .map(this::sentence)
        .orElseGet(() -> Template.NO_NODE.with(Math.round(100 * working)));
  }
}

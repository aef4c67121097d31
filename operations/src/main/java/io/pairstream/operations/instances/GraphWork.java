package io.pairstream.operations.instances;

import io.pairstream.operations.sentence.Sentence;
import io.pairstream.operations.sentence.Template;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.DoubleStream;

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

  private final Graph graph;
  private final List<Instance> speaking;
  private final double threads;

  /**
   * @param instances processes that run the topology; silent ones do not count
   */
  GraphWork(Graph graph, Collection<Instance> instances) {
    this.graph = graph;
    speaking = instances.stream().filter(instance -> !instance.silent()).toList();
    threads = gauge("stream_threads");
  }

  private double gauge(String name) {
    return sum(speaking.stream().mapToDouble(instance -> instance.gauge(name)));
  }

  private double rate(String counter, String node) {
    String name = counter + "{node=" + node + "}";
    return sum(speaking.stream().mapToDouble(instance -> instance.rate(name)));
  }

  /** The sum of those that are known; NaN where none is. */
  private static double sum(DoubleStream numbers) {
    double[] known = numbers.filter(number -> !Double.isNaN(number)).toArray();
    return known.length == 0 ? Double.NaN : DoubleStream.of(known).sum();
  }

  /**
   * Records per second that pass a node; NaN where that is not known. Of what comes to an arm of a
   * fork only what it lets through counts.
   */
  double perSecond(Graph.Node node) {
    return switch (node.kind()) {
      case "source" -> sum(graph.after(node.id()).stream().mapToDouble(this::records));
      case "sink" -> sum(graph.before(node.id()).stream().mapToDouble(this::records));
      default -> passes(node.id());
    };
  }

  private double records(String node) {
    return rate("node_records_total", node);
  }

  private double ownNanos(String node) {
    return rate("node_own_nanoseconds_total", node);
  }

  private double passes(String node) {
    List<String> next =
        graph.after(node).stream().filter(id -> !Double.isNaN(records(id))).toList();
    double forwarded = rate("node_forwarded_total", node);
    boolean isArm = next.size() == 1 || node.endsWith("-kept");
    return isArm && !next.isEmpty() && !Double.isNaN(forwarded)
        ? Math.min(records(node), forwarded / next.size())
        : records(node);
  }

  /** The node's own time for a record, in milliseconds; no finite number where none came. */
  double milliseconds(String node) {
    return ownNanos(node) / records(node) / 1e6;
  }

  /** Share of the threads' time that the node's own work takes, 0 to 1; NaN where not known. */
  double busy(String node) {
    return Math.min(1, ownNanos(node) / 1e9 / threads);
  }

  /** Share of the threads' time that all nodes' work takes; NaN where not known. */
  double working() {
    return Math.min(1, sum(nodes().stream().mapToDouble(this::ownNanos)) / 1e9 / threads);
  }

  private List<String> nodes() {
    return graph.nodes().stream().map(Graph.Node::id).toList();
  }

  /** The node that holds the rest back, if one does. */
  Optional<String> bottleneck() {
    double working = working();
    return nodes().stream()
        .filter(node -> working >= BUSY_THREADS && busy(node) >= SHARE_OF_ONE * working)
        .max(Comparator.comparingDouble(this::ownNanos));
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

  private Sentence sentence(String node) {
    double ms = milliseconds(node);
    Sentence takes =
        Template.NODE_TAKES.with(
            node,
            Math.round(100 * busy(node)),
            String.format(Locale.ROOT, ms < 10 ? "%.2f" : "%.0f", ms));
    double workers = gauge("image_workers");
    double waiting = gauge("image_worker_callers_waiting");
    return workers > 0 && waiting > 0 && gauge("image_workers_busy") >= workers
        ? Template.WORKERS_BUSY.with(takes, Math.round(workers), Math.round(waiting))
        : takes;
  }
}

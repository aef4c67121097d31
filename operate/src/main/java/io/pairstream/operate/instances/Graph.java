package io.pairstream.operate.instances;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.pairstream.curation.sentence.Sentence;
import io.pairstream.curation.sentence.Template;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;

/**
 * A topology as a graph: what its nodes do now, all processes together, and which of them holds the
 * rest back.
 *
 * <p>A stream thread takes one record at a time through all its nodes, so a node is held back while
 * it waits for those behind it, and what is its own is its share of the threads' time. As on a
 * Flink job's page, the bottleneck is the node that is busy itself and not held back: here the one
 * whose own work takes most of the threads' time, where the threads are busy at all.
 */
final class Graph {

  /** Threads that work less than this have time for more. */
  private static final double BUSY_THREADS = 0.5;

  /** Share of the work below which no node is called the bottleneck. */
  private static final double SHARE_OF_ONE = 0.3;

  private static final Pattern NODE =
      Pattern.compile("(Source|Processor|Sink): (\\S+) \\((topic|store)s?: \\[?([^\\])]*)\\]?\\)");

  private static final Pattern NEXT = Pattern.compile("--> (.+)");

  /** In the order in which they are described, which is a record's own. */
  final List<Node> nodes = new ArrayList<>();

  /** Between nodes that there are. */
  final Set<Edge> edges = new LinkedHashSet<>();

  private final List<Instance> speaking;
  private final double threads;

  /**
   * A node.
   *
   * @param kind {@code source}, {@code processor} or {@code sink}
   * @param topics that a source reads, or the one that a sink writes
   */
  record Node(String id, String kind, List<String> topics) {}

  /** Records go from one to the other. */
  record Edge(String from, String to) {}

  /** As {@code GET /v1/topology} answers. */
  record TopologyAnswer(
      boolean ready, Sentence sentence, double working, List<NodeNow> nodes, Set<Edge> edges) {}

  /**
   * A node and what it does.
   *
   * @param ms the node's own time for a record
   * @param busy share of the threads' time that the node's own work takes
   * @param bottleneck whether it holds the others back
   */
  record NodeNow(
      @JsonUnwrapped Node node, double perSecond, double ms, double busy, boolean bottleneck) {}

  /**
   * @param description what {@code Topology#describe()} writes; what is not known, is left out
   * @param instances processes that run the topology; silent ones do not count
   */
  Graph(String description, Collection<Instance> instances) {
    for (String line : description.lines().map(String::strip).toList()) {
      Matcher node = NODE.matcher(line);
      Matcher next = NEXT.matcher(line);
      if (node.matches()) {
        boolean ofTopics = node.group(3).equals("topic");
        nodes.add(
            new Node(
                node.group(2),
                node.group(1).toLowerCase(Locale.ROOT),
                ofTopics ? names(node.group(4)) : List.of()));
      } else if (next.matches() && !nodes.isEmpty()) {
        String from = nodes.get(nodes.size() - 1).id();
        names(next.group(1)).forEach(to -> edges.add(new Edge(from, to)));
      }
    }
    Set<String> ids = nodes.stream().map(Node::id).collect(Collectors.toSet());
    edges.removeIf(edge -> !ids.contains(edge.to()));
    speaking = instances.stream().filter(instance -> !instance.silent()).toList();
    threads = gauge("stream_threads");
  }

  private static List<String> names(String list) {
    return List.of(list.strip().split("\\s*,\\s*"));
  }

  /** Nodes to which this one's records go. */
  List<String> after(String id) {
    return edges.stream().filter(edge -> edge.from().equals(id)).map(Edge::to).toList();
  }

  /** Nodes from which this one's records come. */
  List<String> before(String id) {
    return edges.stream().filter(edge -> edge.to().equals(id)).map(Edge::from).toList();
  }

  private double gauge(String name) {
    return sum(speaking.stream().mapToDouble(instance -> instance.value(name)));
  }

  private double rate(String counter, String node) {
    return sum(speaking.stream().mapToDouble(instance -> instance.rate(counter, "node", node)));
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
  double perSecond(Node node) {
    return switch (node.kind()) {
      case "source" -> sum(after(node.id()).stream().mapToDouble(this::records));
      case "sink" -> sum(before(node.id()).stream().mapToDouble(this::records));
      default -> passes(node.id());
    };
  }

  private double records(String node) {
    return rate("node_records_total", node);
  }

  private double ownSeconds(String node) {
    return rate("node_own_seconds_total", node);
  }

  private double passes(String node) {
    List<String> next = after(node).stream().filter(id -> !Double.isNaN(records(id))).toList();
    double forwarded = rate("node_forwarded_total", node);
    boolean isArm = next.size() == 1 || node.endsWith("-kept");
    return isArm && !next.isEmpty() && !Double.isNaN(forwarded)
        ? Math.min(records(node), forwarded / next.size())
        : records(node);
  }

  /** The node's own time for a record, in milliseconds; no finite number where none came. */
  double milliseconds(String node) {
    return ownSeconds(node) / records(node) * 1e3;
  }

  /** Share of the threads' time that the node's own work takes, 0 to 1; NaN where not known. */
  double busy(String node) {
    return Math.min(1, ownSeconds(node) / threads);
  }

  /** Share of the threads' time that all nodes' work takes; NaN where not known. */
  double working() {
    return Math.min(1, sum(nodes.stream().mapToDouble(node -> ownSeconds(node.id()))) / threads);
  }

  /** The node that holds the rest back, if one does. */
  Optional<String> bottleneck() {
    double working = working();
    return nodes.stream()
        .map(Node::id)
        .filter(node -> working >= BUSY_THREADS && busy(node) >= SHARE_OF_ONE * working)
        .max(Comparator.comparingDouble(this::ownSeconds));
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

  /**
   * @param ready whether any process has described the topology
   */
  TopologyAnswer answer(boolean ready) {
    Optional<String> bottleneck = bottleneck();
    return new TopologyAnswer(
        ready,
        sentence(),
        working(),
        nodes.stream()
            .map(
                node ->
                    new NodeNow(
                        node,
                        perSecond(node),
                        milliseconds(node.id()),
                        busy(node.id()),
                        bottleneck.equals(Optional.of(node.id()))))
            .toList(),
        edges);
  }
}

package io.pairstream.operations.instances;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A topology as a graph.
 *
 * @param nodes in the order in which they are described, which is a record's own
 * @param edges between nodes that there are
 */
record Graph(List<Node> nodes, Set<Edge> edges) {

  /**
   * A node.
   *
   * @param kind {@code source}, {@code processor} or {@code sink}
   * @param topics that a source reads, or the one that a sink writes
   */
  record Node(String id, String kind, List<String> topics) {}

  /** Records go from one to the other. */
  record Edge(String from, String to) {}

  private static final Pattern NODE =
      Pattern.compile("(Source|Processor|Sink): (\\S+) \\((topic|store)s?: \\[?([^\\])]*)\\]?\\)");

  private static final Pattern NEXT = Pattern.compile("--> (.+)");

  /** Reads what {@code Topology#describe()} writes; what it does not know, it leaves out. */
  static Graph parse(String description) {
    List<Node> nodes = new ArrayList<>();
    Set<Edge> edges = new LinkedHashSet<>();
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
    return new Graph(nodes, edges);
  }

  /** Nodes to which this one's records go. */
  List<String> after(String id) {
    return edges.stream().filter(edge -> edge.from().equals(id)).map(Edge::to).toList();
  }

  /** Nodes from which this one's records come. */
  List<String> before(String id) {
    return edges.stream().filter(edge -> edge.to().equals(id)).map(Edge::from).toList();
  }

  private static List<String> names(String list) {
    return List.of(list.strip().split("\\s*,\\s*"));
  }
}

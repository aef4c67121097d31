package io.pairstream.operations.instances;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A topology as a graph: its nodes with the topics and stores around them, and which leads to
 * which.
 *
 * @param nodes in the order in which they are described, which is a record's own; then stores and
 *     topics
 * @param edges between nodes that there are
 */
record Graph(List<Node> nodes, Set<Edge> edges) {

  /** What a node is. */
  enum Kind {
    SOURCE,
    PROCESSOR,
    SINK;

    @JsonValue
    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * A node.
   *
   * @param topics that a source reads, or the one that a sink writes
   * @param stores that a processor uses
   */
  record Node(String id, Kind kind, List<String> topics, List<String> stores) {}

  /** Records go from one to the other. */
  record Edge(String from, String to) {}

  private static final Pattern NODE =
      Pattern.compile(
          "(Source|Processor|Sink): (\\S+) \\((?:topics?|stores):"
              + " (?:\\[([^\\]]*)\\]|([^)\\[]*))\\)");

  private static final Pattern NEXT = Pattern.compile("--> (.+)");

  /** Reads what {@code Topology#describe()} writes; what it does not know, it leaves out. */
  static Graph parse(String description) {
    Map<String, Node> nodes = new LinkedHashMap<>();
    Set<Edge> edges = new LinkedHashSet<>();
    String present = "";
    for (String line : (Iterable<String>) description.lines()::iterator) {
      Matcher node = NODE.matcher(line.strip());
      Matcher next = NEXT.matcher(line.strip());
      if (node.matches()) {
        present = node.group(2);
        List<String> names = names(node.group(3) == null ? node.group(4) : node.group(3));
        Kind kind = Kind.valueOf(node.group(1).toUpperCase(Locale.ROOT));
        boolean ofStores = kind == Kind.PROCESSOR;
        nodes.put(
            present,
            new Node(present, kind, ofStores ? List.of() : names, ofStores ? names : List.of()));
      } else if (next.matches() && !present.isEmpty()) {
        for (String name : names(next.group(1))) {
          if (!name.equals("none")) {
            edges.add(new Edge(present, name));
          }
        }
      }
    }
    edges.removeIf(edge -> !nodes.containsKey(edge.to()));
    return new Graph(List.copyOf(nodes.values()), edges);
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
    return Pattern.compile(",")
        .splitAsStream(list)
        .map(String::strip)
        .filter(name -> !name.isEmpty())
        .toList();
  }
}

package io.pairstream.operations.instances;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.operations.instances.Graph.Edge;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class GraphTest {

  /** The graph as its own module writes it down. */
  static String described() throws IOException {
    return Files.readString(
        Path.of("..", "preprocess-streams", "src", "test", "resources", "topology.txt"));
  }

  @Test
  void readsTheTopologyThatRuns() throws IOException {
    Graph graph = Graph.parse(described());

    assertThat(graph.nodes()).filteredOn(node -> node.kind().equals("source")).hasSize(4);
    assertThat(graph.nodes())
        .filteredOn(node -> node.kind().equals("sink"))
        .extracting(Graph.Node::id)
        .containsExactlyInAnyOrder(
            "by-image-repartition-sink",
            "quarantine",
            "receipts",
            "takedowns-by-image-repartition-sink",
            "test",
            "test-tombstones",
            "training",
            "training-tombstones",
            "validation",
            "validation-tombstones");
    long lines =
        described().lines().filter(line -> line.matches(" +(Source|Processor|Sink):.*")).count();
    assertThat(graph.nodes()).hasSize((int) lines);
    assertThat(graph.nodes().get(0))
        .isEqualTo(
            new Graph.Node("raw-pairs", "source", List.of("pairs.scraped", "pairs.crowdsourced")));
    assertThat(graph.after("read")).containsExactlyInAnyOrder("read-kept", "read-rejected");
    assertThat(graph.before("received"))
        .containsExactlyInAnyOrder("placed", "read-repartitioned-kept");
    assertThat(graph.edges()).contains(new Edge("to-training", "training"));
    assertThat(graph.nodes())
        .filteredOn(node -> node.topics().contains("by-image-repartition"))
        .extracting(Graph.Node::kind)
        .containsExactly("source", "sink");
  }
}

package io.pairstream.operate.instances;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.pairstream.operate.instances.Graph.Edge;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GraphTest {

  private static final long SECOND = 1_000_000_000L;

  private final Map<String, Double> counters = new HashMap<>();
  private final Map<String, Double> gauges = new HashMap<>(Map.of("stream_threads", 2.0));

  /** The graph as its own module writes it down. */
  static String described() throws IOException {
    return Files.readString(
        Path.of("..", "preprocess-streams", "src", "test", "resources", "topology.txt"));
  }

  @Test
  void readsTheTopologyThatRuns() throws IOException {
    Graph graph = work();

    assertThat(graph.nodes).filteredOn(node -> node.kind().equals("source")).hasSize(4);
    assertThat(graph.nodes).filteredOn(node -> node.kind().equals("sink")).hasSize(14);
    long lines =
        described().lines().filter(line -> line.matches(" +(Source|Processor|Sink):.*")).count();
    assertThat(graph.nodes).hasSize((int) lines);
    assertThat(graph.nodes.get(0))
        .isEqualTo(
            new Graph.Node(
                "raw-pairs",
                "source",
                List.of("pairs.generated", "pairs.scraped", "pairs.crowdsourced")));
    assertThat(graph.after("read")).containsExactlyInAnyOrder("read-kept", "read-rejected");
    assertThat(graph.before("received"))
        .containsExactlyInAnyOrder("placed", "read-repartitioned-kept");
    assertThat(graph.edges).contains(new Edge("to-training", "training"));
    assertThat(graph.nodes)
        .filteredOn(node -> node.topics().contains("by-image-repartition"))
        .extracting(Graph.Node::kind)
        .containsExactly("source", "sink");
  }

  @Test
  void theBottleneckIsTheNodeThatIsBusyItselfAndNotHeldBack() throws IOException {
    node("read", 1000, 2 * SECOND);
    node("gate", 1000, SECOND);
    node("clean", 900, 13 * SECOND);
    node("write-receipt", 1000, SECOND);

    Graph work = work();

    // Twenty seconds of two threads.
    assertThat(work.working()).isCloseTo(0.85, within(1e-9));
    assertThat(work.busy("clean")).isCloseTo(0.65, within(1e-9));
    assertThat(work.bottleneck()).contains("clean");
    assertThat(work.sentence().text())
        .isEqualTo("clean takes 65 % of the threads' time, 14 ms a record");
  }

  @Test
  void saysThatWorkersAreShort() throws IOException {
    node("clean", 900, 18 * SECOND);
    gauges.putAll(
        Map.of(
            "image_workers", 1.0, "image_workers_busy", 1.0, "image_worker_callers_waiting", 1.0));

    assertThat(work().sentence().text())
        .endsWith(
            "; all 1 image workers are busy, and 1 threads wait for one: more --workers help");
  }

  @Test
  void threadsThatHaveTimeHaveNoBottleneck() throws IOException {
    node("clean", 100, 9 * SECOND);

    assertThat(work().bottleneck()).isEmpty();
    assertThat(work().sentence().text())
        .isEqualTo("no node holds the rest back: the threads work 45 % of the time");
  }

  @Test
  void sourcesAndSinksHaveTheRatesOfTheirNeighbours() throws IOException {
    node("read", 500, SECOND);
    node("to-training", 400, SECOND);
    Graph work = work();

    assertThat(perSecond(work, "raw-pairs")).isEqualTo(50);
    assertThat(perSecond(work, "training")).isEqualTo(40);
    assertThat(perSecond(work, "read")).isEqualTo(50);
    assertThat(perSecond(work, "gate")).isNaN();
  }

  @Test
  void anArmOfAForkShowsWhatItLetsThrough() throws IOException {
    forwarding("read", 500, 1000); // to both arms
    forwarding("read-kept", 500, 800); // to placed and misplaced
    forwarding("read-rejected", 500, 100);
    forwarding("placed", 400, 400);
    forwarding("repartitioned", 400, 0);
    forwarding("rejected-unread", 100, 100);
    forwarding("take-to-image", 0, 0);
    forwarding("received", 400, 400);
    Graph work = work();

    assertThat(perSecond(work, "read")).isEqualTo(50);
    assertThat(perSecond(work, "read-kept")).isEqualTo(40);
    assertThat(perSecond(work, "read-rejected")).isEqualTo(10);
    assertThat(perSecond(work, "placed")).isEqualTo(40);
    assertThat(perSecond(work, "repartitioned")).isZero();
  }

  private void forwarding(String name, long records, long forwarded) {
    node(name, records, SECOND);
    counters.put("node_forwarded_total{node=" + name + "}", (double) forwarded);
  }

  private double perSecond(Graph work, String id) {
    return work.nodes.stream()
        .filter(node -> node.id().equals(id))
        .mapToDouble(node -> work.perSecond(node))
        .findFirst()
        .orElseThrow();
  }

  private void node(String name, long records, long nanos) {
    counters.put("node_records_total{node=" + name + "}", (double) records);
    counters.put("node_own_seconds_total{node=" + name + "}", nanos / 1e9);
  }

  private Graph work() throws IOException {
    return new Graph(described(), List.of(Played.afterTenSeconds("preprocess", counters, gauges)));
  }
}

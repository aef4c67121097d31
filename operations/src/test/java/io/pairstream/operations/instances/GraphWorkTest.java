package io.pairstream.operations.instances;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GraphWorkTest {

  private static final long SECOND = 1_000_000_000L;

  private final Graph graph;
  private final Map<String, Long> counters = new HashMap<>();
  private final Map<String, Double> gauges = new HashMap<>(Map.of("stream_threads", 2.0));

  GraphWorkTest() throws IOException {
    graph = Graph.parse(GraphTest.described());
  }

  @Test
  void theBottleneckIsTheNodeThatIsBusyItselfAndNotHeldBack() {
    node("read", 1000, 2 * SECOND);
    node("gate", 1000, SECOND);
    node("clean", 900, 13 * SECOND);
    node("write-receipt", 1000, SECOND);

    GraphWork work = work();

    // Twenty seconds of two threads.
    assertThat(work.working()).isEqualTo(0.85);
    assertThat(work.busy("clean")).isEqualTo(0.65);
    assertThat(work.bottleneck()).contains("clean");
    assertThat(work.sentence().text())
        .isEqualTo("clean takes 65 % of the threads' time, 14 ms a record");
  }

  @Test
  void saysThatWorkersAreShort() {
    node("clean", 900, 18 * SECOND);
    gauges.putAll(
        Map.of(
            "image_workers", 1.0, "image_workers_busy", 1.0, "image_worker_callers_waiting", 1.0));

    assertThat(work().sentence().text())
        .endsWith(
            "; all 1 image workers are busy, and 1 threads wait for one: more --workers help");
  }

  @Test
  void threadsThatHaveTimeHaveNoBottleneck() {
    node("clean", 100, 9 * SECOND);

    assertThat(work().bottleneck()).isEmpty();
    assertThat(work().sentence().text())
        .isEqualTo("no node holds the rest back: the threads work 45 % of the time");
  }

  @Test
  void sourcesAndSinksHaveTheRatesOfTheirNeighbours() {
    node("read", 500, SECOND);
    node("to-training", 400, SECOND);
    GraphWork work = work();

    assertThat(perSecond(work, "raw-pairs")).isEqualTo(50);
    assertThat(perSecond(work, "training")).isEqualTo(40);
    assertThat(perSecond(work, "read")).isEqualTo(50);
    assertThat(perSecond(work, "gate")).isNaN();
  }

  @Test
  void anArmOfAForkShowsWhatItLetsThrough() {
    forwarding("read", 500, 1000); // to both arms
    forwarding("read-kept", 500, 800); // to placed and misplaced
    forwarding("read-rejected", 500, 100);
    forwarding("placed", 400, 400);
    forwarding("repartitioned", 400, 0);
    forwarding("rejected-unread", 100, 100);
    forwarding("take-to-image", 0, 0);
    forwarding("received", 400, 400);
    GraphWork work = work();

    assertThat(perSecond(work, "read")).isEqualTo(50);
    assertThat(perSecond(work, "read-kept")).isEqualTo(40);
    assertThat(perSecond(work, "read-rejected")).isEqualTo(10);
    assertThat(perSecond(work, "placed")).isEqualTo(40);
    assertThat(perSecond(work, "repartitioned")).isZero();
  }

  private void forwarding(String name, long records, long forwarded) {
    node(name, records, SECOND);
    counters.put("node_forwarded_total{node=" + name + "}", forwarded);
  }

  private double perSecond(GraphWork work, String id) {
    return graph.nodes().stream()
        .filter(node -> node.id().equals(id))
        .mapToDouble(node -> work.perSecond(node))
        .findFirst()
        .orElseThrow();
  }

  private void node(String name, long records, long nanos) {
    counters.put("node_records_total{node=" + name + "}", records);
    counters.put("node_own_nanoseconds_total{node=" + name + "}", nanos);
  }

  private GraphWork work() {
    return new GraphWork(graph, List.of(Played.afterTenSeconds("preprocess", counters, gauges)));
  }
}

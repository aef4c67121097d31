package io.pairstream.preprocess.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.schemas.Canaries;
import io.pairstream.schemas.PairMetadata;
import io.pairstream.schemas.RawPair;
import java.io.IOException;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class TimedProcessorsTest {

  private static final Pattern PROCESSOR = Pattern.compile("Processor: (\\S+)");

  @Test
  void countsTheRecordsOfEveryProcessor() throws IOException {
    try (TopologyUnderTest topology = new TopologyUnderTest(Pairs.WORKER)) {
      topology.send("crowdsourced", Pairs.good(1));
      topology.send("crowdsourced", Pairs.good(1));

      assertThat(topology.counters()).containsKeys(processors());
      assertThat(topology.counter("node_records_total{node=read}")).isEqualTo(2);
      assertThat(topology.counter("node_records_total{node=check-duplicate}")).isEqualTo(2);
      assertThat(topology.counter("node_records_total{node=clean}")).isEqualTo(1);
      assertThat(topology.counter("node_records_total{node=quarantined}")).isEqualTo(1);
      assertThat(topology.counter("node_records_total{node=write-receipt}")).isEqualTo(2);
      assertThat(topology.counter("node_records_total{node=repartitioned}")).isEqualTo(2);
      assertThat(topology.counter("node_records_total{node=take-to-image}")).isZero();
      assertThat(topology.counter("node_forwarded_total{node=repartitioned}")).isZero();
      assertThat(topology.counter("node_forwarded_total{node=check-duplicate}")).isEqualTo(4);
      assertThat(topology.counter("node_forwarded_total{node=check-duplicate-kept}")).isEqualTo(1);
      assertThat(topology.counter("node_forwarded_total{node=split}")).isEqualTo(1);
      assertThat(topology.counter("node_forwarded_total{node=receipts-written}")).isZero();
    }
  }

  /** Each nanosecond is one node's own: together they take no longer than the whole. */
  @Test
  void whatTheNextProcessorsTakeIsNotTheirsBefore() {
    try (TopologyUnderTest topology = new TopologyUnderTest(Pairs.WORKER)) {
      long begunAt = System.nanoTime();
      topology.send("crowdsourced", Pairs.good(1));
      long everything = System.nanoTime() - begunAt;

      assertThat(
              topology.counters().entrySet().stream()
                  .filter(counter -> counter.getKey().startsWith("node_own_seconds_total"))
                  .mapToDouble(Map.Entry::getValue)
                  .sum())
          .isPositive()
          .isLessThanOrEqualTo(everything / 1e9);
    }
  }

  @Test
  void countsWhatWasDecidedAndHowLate() {
    try (TopologyUnderTest topology = new TopologyUnderTest(Pairs.WORKER)) {
      topology.send("crowdsourced", Pairs.good(1));
      topology.send("crowdsourced", Pairs.good(1));

      Map<String, Double> counters = topology.counters();
      assertThat(counters)
          .containsEntry("decided_total{source=CROWDSOURCED,status=QUARANTINED}", 1.0);
      assertThat(counters.keySet()).filteredOn(name -> name.startsWith("decided")).hasSize(2);
      assertThat(counters)
          .containsEntry("rejected_total{reason=DUPLICATE_PAIR,source=CROWDSOURCED}", 1.0);
      assertThat(counters.keySet()).filteredOn(name -> name.startsWith("rejected")).hasSize(1);
      assertThat(counters).containsEntry("decision_delay_seconds_sum", 1.4);
      assertThat(counters).containsEntry("decision_delay_seconds_bucket{le=0.1}", 0.0);
      assertThat(counters).containsEntry("decision_delay_seconds_bucket{le=0.5}", 0.0);
      assertThat(counters).containsEntry("decision_delay_seconds_bucket{le=1.0}", 2.0);
      assertThat(counters).containsEntry("decision_delay_seconds_bucket{le=+Inf}", 2.0);
    }
  }

  @Test
  void aCanaryIsCountedApartUnlessItCameThroughTheIngestApi() {
    try (TopologyUnderTest topology = new TopologyUnderTest(Pairs.WORKER)) {
      RawPair canary =
          RawPair.newBuilder(Pairs.good(1))
              .setMetadata(
                  PairMetadata.newBuilder(Pairs.good(1).getMetadata())
                      .setContributor(Canaries.CONTRIBUTOR)
                      .build())
              .build();
      topology.send("crowdsourced", canary);
      topology.send("crowdsourced", canary);
      topology.send(
          "crowdsourced",
          RawPair.newBuilder(canary)
              .setMetadata(
                  PairMetadata.newBuilder(canary.getMetadata()).setProducer("anna").build())
              .build());

      assertThat(topology.counters())
          .containsEntry("rejected_total{reason=DUPLICATE_PAIR,source=CANARY}", 1.0)
          .containsEntry("rejected_total{reason=DUPLICATE_PAIR,source=CROWDSOURCED}", 1.0);
    }
  }

  private static String[] processors() throws IOException {
    Matcher names = PROCESSOR.matcher(TopologyDescriptionTest.resource("topology.txt"));
    return names
        .results()
        .map(found -> "node_records_total{node=" + found.group(1) + "}")
        .toArray(String[]::new);
  }
}

package io.pairstream.preprocess.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.schemas.PairStatus;
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

      Map<String, NodeWork.NodeTotals> totals = topology.nodes().soFar();
      assertThat(totals).containsKeys(processors());
      assertThat(totals.get("read").records()).isEqualTo(2);
      assertThat(totals.get("seen-before").records()).isEqualTo(2);
      assertThat(totals.get("clean").records()).isEqualTo(1);
      assertThat(totals.get("quarantined").records()).isEqualTo(1);
      assertThat(totals.get("write-receipt").records()).isEqualTo(2);
      assertThat(totals.get("repartitioned").records()).isEqualTo(2);
      assertThat(totals.get("take-to-image").records()).isZero();
      assertThat(totals.get("repartitioned").forwarded()).isZero();
      assertThat(totals.get("seen-before").forwarded()).isEqualTo(4);
      assertThat(totals.get("seen-before-kept").forwarded()).isEqualTo(1);
      assertThat(totals.get("split").forwarded()).isEqualTo(1);
      assertThat(totals.get("receipts-written").forwarded()).isZero();
    }
  }

  /** Each nanosecond is one node's own: together they take no longer than the whole. */
  @Test
  void whatTheNextProcessorsTakeIsNotTheirsBefore() {
    try (TopologyUnderTest topology = new TopologyUnderTest(Pairs.WORKER)) {
      long begunAt = System.nanoTime();
      topology.send("crowdsourced", Pairs.good(1));
      long everything = System.nanoTime() - begunAt;

      Map<String, NodeWork.NodeTotals> totals = topology.nodes().soFar();
      assertThat(totals.values().stream().mapToLong(NodeWork.NodeTotals::ownNanos).sum())
          .isPositive()
          .isLessThanOrEqualTo(everything);
    }
  }

  @Test
  void countsWhatWasDecidedAndHowLate() {
    try (TopologyUnderTest topology = new TopologyUnderTest(Pairs.WORKER)) {
      topology.send("crowdsourced", Pairs.good(1));
      topology.send("crowdsourced", Pairs.good(1));

      DecisionCounts decisions = topology.decisions();
      assertThat(decisions.byStanding()).containsEntry(PairStatus.QUARANTINED, 1L).hasSize(2);
      assertThat(decisions.byReason()).isEqualTo(Map.of(RejectReason.DUPLICATE_PAIR, 1L));
      assertThat(decisions.delayMillis()).isEqualTo(1400);
      assertThat(decisions.withinDelay())
          .containsExactly(0L, 0L, 0L, 2L, 2L, 2L, 2L, 2L, 2L, 2L, 2L, 2L);
    }
  }

  private static String[] processors() throws IOException {
    Matcher names = PROCESSOR.matcher(TopologyDescriptionTest.resource("topology.txt"));
    return names.results().map(found -> found.group(1)).toArray(String[]::new);
  }
}

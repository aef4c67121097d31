package io.pairstream.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.demo.DemoSummary.Audit;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class DemoSummaryTest {

  private static final DemoSummary SUMMARY = summary(0);

  @Test
  void textNamesEveryReasonAndTheAudit() {
    assertThat(SUMMARY.toText())
        .containsPattern("published +1,000\n")
        .containsPattern("quarantine +150\n")
        .containsPattern("  DUPLICATE_PAIR +50\n")
        .endsWith("audit: 0 differences (1,000 inputs, each in exactly one output)\n");
  }

  private static DemoSummary summary(long differences) {
    return new DemoSummary(
        1000,
        new OutputCounts(
            680,
            85,
            85,
            new TreeMap<>(Map.of("IMAGE_EMPTY", 100L, "DUPLICATE_PAIR", 50L)),
            Optional.empty()),
        21,
        412.5,
        new Audit(1000, differences));
  }
}

package io.pairstream.operate.lag.watch;

import static io.pairstream.operate.lag.PlayedLag.AT;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.operate.Served;
import io.pairstream.operate.lag.LagReport;
import io.pairstream.operate.lag.LagVerdict;
import io.pairstream.operate.lag.PartitionLag;
import io.pairstream.operate.lag.PlayedLag;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LagRoutesTest {

  @TempDir private Path directory;

  private LagReport report = LagReport.nothingYet(LagWatcher.INTERVAL);
  @AutoClose private LagHistory history;
  @AutoClose private Served served;

  @BeforeEach
  void open() throws IOException {
    history = new LagHistory(directory);
    served = new Served(new LagRoutes(() -> report, history).routes());
  }

  private static LagReport aReport(Instant at) {
    return PlayedLag.report(
        at,
        PlayedLag.group(
            "pairs-preprocess",
            LagVerdict.STALL,
            PlayedLag.partition("pairs.crowdsourced", 3, OptionalLong.of(88), LagVerdict.STALL),
            PlayedLag.partition(
                "pairs.crowdsourced", 4, OptionalLong.empty(), LagVerdict.UNKNOWN)));
  }

  @Test
  void tellsGroupsAndPartitionsAndWhatIsNotKnownAsNull() throws Exception {
    report = aReport(AT);

    JsonNode json = served.json("/v1/lag");

    assertThat(json.get("at").asText()).isEqualTo("2026-11-20T03:00:00.000Z");
    assertThat(json.get("interval_seconds").asDouble()).isEqualTo(10);
    JsonNode group = json.get("groups").get(0);
    assertThat(group.get("type").asText()).isEqualTo("consumer");
    assertThat(group.get("verdict").asText()).isEqualTo("STALL");
    assertThat(group.get("catch_up").get("seconds").asInt()).isEqualTo(300);
    assertThat(group.get("worst_partition").get("partition").asInt()).isEqualTo(3);
    JsonNode stalled = group.get("partitions").get(0);
    assertThat(stalled.get("arrival_per_second").asDouble()).isEqualTo(1.5);
    assertThat(stalled.get("since").asText()).isEqualTo("2026-11-20T02:54:00.000Z");
    assertThat(stalled.get("member").asText()).isEqualTo("reader-1");
    assertThat(stalled.get("catch_up").get("sentence").asText()).isEqualTo("never at this rate");
    assertThat(stalled.get("catch_up").get("seconds").isNull()).isTrue();
    JsonNode never = group.get("partitions").get(1);
    for (String name : List.of("committed", "lag", "seconds", "retention_seconds", "head")) {
      assertThat(never.get(name).isNull()).as(name).isTrue();
    }
  }

  @Test
  void namesCommandsForPartitionsThatStandAsAShellTakesThem() throws Exception {
    PartitionLag stands = PlayedLag.partition("t", 3, OptionalLong.of(88), LagVerdict.STALL);
    PartitionLag reads = PlayedLag.partition("t", 4, OptionalLong.of(88), LagVerdict.BEHIND);
    report =
        PlayedLag.report(
            AT,
            PlayedLag.group("pairs-preprocess", LagVerdict.STALL, stands, reads).own(true),
            PlayedLag.group("team's jobs", LagVerdict.STALL, stands));

    JsonNode groups = served.json("/v1/lag").get("groups");

    assertThat(groups.findValues("commands").toString())
        .isEqualTo(
            "[{\"t-3\":[\"pairstream why t-3-88\",\"pairstream doctor\"]},"
                + " {\"t-3\":[\"kafka-consumer-groups.sh --bootstrap-server HOST:PORT"
                + " --group 'team'\\\\''s jobs' --topic t:3 --reset-offsets --to-offset 89"
                + " --dry-run\"]}]");
  }

  @Test
  void answersOneGroupAloneAndGroupsWithoutPartitions() throws Exception {
    report = aReport(AT);

    assertThat(served.json("/v1/lag?group=pairs-preprocess").get("groups").get(0).get("partitions"))
        .hasSize(2);
    assertThat(served.json("/v1/lag?group=unknown").get("groups")).isEmpty();
    assertThat(served.json("/v1/lag?partitions=false").get("groups").get(0).get("partitions"))
        .isEmpty();
  }

  @Test
  void tellsTheHistoryOfAGroupAndOfAPartition() throws Exception {
    for (int i = 0; i < 12; i++) {
      history.note(aReport(AT.plusSeconds(10L * i)));
    }

    JsonNode group = served.json("/v1/lag/history?group=pairs-preprocess&minutes=10");
    JsonNode partition =
        served.json(
            "/v1/lag/history?group=pairs-preprocess&topic=pairs.crowdsourced&partition=4"
                + "&minutes=10");

    assertThat(group.get("points")).hasSize(2);
    assertThat(group.get("points").get(0).get("lag").asLong()).isEqualTo(12);
    assertThat(group.get("points").get(0).get("verdict").asText()).isEqualTo("STALL");
    assertThat(partition.get("points").get(0).get("lag").isNull()).isTrue();
    assertThat(partition.get("points").get(0).get("verdict").asText()).isEqualTo("UNKNOWN");
  }

  @Test
  void saysWhatIsWrongWithAQuestion() throws Exception {
    for (String wrong :
        List.of(
            "/v1/lag/history",
            "/v1/lag/history?group=g&minutes=0",
            "/v1/lag/history?group=g&minutes=1441",
            "/v1/lag/history?group=g&minutes=all",
            "/v1/lag/history?group=g&topic=t",
            "/v1/lag/history?group=g&topic=t&partition=-1")) {
      assertThat(served.json(wrong, 400).get("detail").asText()).as(wrong).isNotEmpty();
    }
  }
}

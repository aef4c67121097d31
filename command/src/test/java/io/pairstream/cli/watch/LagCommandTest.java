package io.pairstream.cli.watch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.cli.Ended;
import io.pairstream.cli.OnCluster;
import io.pairstream.cli.command.ExitStatus;
import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.PlayedPipeline;
import io.pairstream.service.cluster.TestCluster;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LagCommandTest extends OnCluster {

  LagCommandTest() {
    super(1);
  }

  private final String group = "reader-of-" + cluster.dataset().name();

  @Test
  void leavesOutGroupsThatReadOtherTopics() {
    ClusterAccess others = KAFKA.datasetOfAllTopics(1);
    String stranger = "reader-of-" + others.dataset().name();
    TestCluster.commit(cluster, group, training(cluster), 0);
    TestCluster.commit(others, stranger, training(others), 0);

    assertThat(groups(lag("--json"))).contains(group).doesNotContain(stranger);
    assertThat(groups(lag("--json", "--group", stranger))).containsExactly(stranger);
    assertThat(groups(lag("--json", "--all-groups"))).contains(group, stranger);
  }

  @Test
  void aMutedGroupDecidesNothingUntilItsMuteIsLifted() {
    String own = cluster.dataset().preprocessGroup();
    lose(own);
    lag().ended(ExitStatus.FOUND_WRONG);

    Ended mute = run("lag mute", own, "--for", "2h", "--why", "it is known");
    Ended muted = lag().done();

    assertThat(mute.out())
        .containsPattern("group " + own + " is muted until [0-9T:-]+Z; ")
        .contains("lag unmute");
    assertThat(muted.out()).contains("LOST").contains(own + " is muted until");
    assertThat(run("lag mutes", "--json").json().at("/mutes/0/why").asText())
        .isEqualTo("it is known");

    run("lag unmute", own).done();
    lag().ended(ExitStatus.FOUND_WRONG);
    assertThat(run("lag unmute", own).err()).contains("group " + own + " is not muted");
    assertThat(run("lag mutes").out()).contains("no group is muted");
  }

  private void lose(String reader) {
    try (PlayedPipeline pipeline = new PlayedPipeline(cluster);
        Admin admin = cluster.admin()) {
      TopicPartition raw = new TopicPartition(cluster.topics().crowdsourced().name(), 0);
      pipeline.send("image", "caption");
      pipeline.send("image", "another caption");
      TestCluster.commit(cluster, reader, raw, 0);
      KafkaAnswers.await(admin.deleteRecords(Map.of(raw, RecordsToDelete.beforeOffset(2))).all());
    }
  }

  @Test
  void endsWithOneWhereRecordsWereLost() {
    lose(group);

    Ended json = lag("--json", "--group", group).ended(ExitStatus.FOUND_WRONG);
    Ended text = lag("--group", group).ended(ExitStatus.FOUND_WRONG);

    assertThat(json.json().path("verdict").asText()).isEqualTo("LOST");
    assertThat(json.json().path("lost").asLong()).isPositive();
    JsonNode asked = json.json().path("groups").path(0);
    JsonNode partition = asked.path("partitions").path(0);
    assertThat(asked.path("group").asText()).isEqualTo(group);
    assertThat(partition.path("log_start").asLong()).isEqualTo(2);
    assertThat(text.out()).contains("LOST").contains(group);
  }

  @ParameterizedTest
  @CsvSource({
    "--interval=10ms, '--interval must be at least 500ms, was 10ms'",
    "--group=unknown, '--group: there is no group unknown on this cluster'"
  })
  void refusesAnImpossibleOption(String option, String complaint) {
    Ended ended = option.startsWith("--interval") ? Ended.after("lag", option) : lag(option);

    ended.failed(ExitStatus.WRONG_USAGE, complaint);
  }

  private static TopicPartition training(ClusterAccess cluster) {
    return new TopicPartition(cluster.topics().training().name(), 0);
  }

  private static List<String> groups(Ended lag) {
    return lag.json().path("groups").findValuesAsText("group");
  }

  private Ended lag(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    Ended.addUnlessThere(all, "--interval", "500ms");
    return run("lag", all.toArray(String[]::new));
  }
}

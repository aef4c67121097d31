package io.pairstream.service.requirements;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.service.requirements.Finding.Level;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TopicChecksTest {

  private final Described cluster = new Described();

  @ParameterizedTest
  @CsvSource({
    "training,    cleanup.policy,         delete,     cleanup,     WRONG",
    "crowdsourced, cleanup.policy,        compact,    cleanup,     WRONG",
    "instances,   cleanup.policy,         compact,    cleanup,     WRONG",
    "crowdsourced, max.message.bytes,     9437183,    record-size, WRONG",
    "training,    max.message.bytes,      1048588,    record-size, WRONG",
    "scraped,     compression.type,       uncompressed, input-size, WARNING",
    "links,       max.decompressed.message.bytes, 2147483647, input-size, WARNING",
    "scraped,     max.decompressed.message.bytes, 1048576, record-size, WRONG",
    "crowdsourced, max.message.bytes,     9437185,    input-size,  WARNING",
    "scraped,     message.timestamp.type, CreateTime, record-time, WRONG",
    "links,       retention.ms,           3600000,    kept-for,    WARNING",
    "receipts,    delete.retention.ms,    86400000,   kept-for,    WARNING",
    "training,    min.insync.replicas,    1,          min-insync,  WRONG",
  })
  void namesATopicWhoseSettingIsAnother(
      String topic, String setting, String value, String check, Level level) {
    cluster.topic(topic).put(setting, value);

    List<Finding> findings = judged();

    assertThat(Described.of(findings, check).level()).isEqualTo(level);
    assertThat(Described.of(findings, check).found()).contains("flowers." + topic);
    assertThat(Described.of(findings, check).remedy()).contains("pairstream topics create");
    assertThat(findings.stream().filter(each -> each.level() != Level.OK)).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({"retention.ms", "retention.bytes"})
  void refusesARepartitionTopicThatDeletesWhatIsNotReadYet(String setting) {
    cluster
        .topics
        .get(TopicCatalogue.repartitionTopic(Described.FLOWERS))
        .put(setting, "604800000");

    assertThat(Described.of(judged(), "cleanup").level()).isEqualTo(Level.WRONG);
  }

  @Test
  void namesWhatIsMissingAndTheCommandWithTheNumberThatTheOthersHave() {
    cluster.topics.remove("flowers.receipts");

    Finding finding = Described.of(judged(), "present");

    assertThat(finding.level()).isEqualTo(Level.WRONG);
    assertThat(finding.found()).isEqualTo("missing: flowers.receipts");
    assertThat(finding.remedy())
        .isEqualTo(
            "pairstream topics create --dataset flowers --partitions 2 --replication-factor 3");
  }

  @ParameterizedTest
  @CsvSource({
    "flowers.scraped",
    "flowers.waiting-links",
    "flowers-preprocess-by-image-repartition",
    "flowers-preprocess-takedowns-by-image-repartition",
    "flowers-preprocess-takedowns-changelog"
  })
  void refusesUnequalPartitionsWhereRecordsOfAKeyHaveToMeet(String topic) {
    cluster.partitions.put(topic, Described.list(3));

    Finding finding = Described.of(judged(), "partitions");

    assertThat(finding.level()).isEqualTo(Level.WRONG);
    assertThat(finding.found()).contains(topic + " 3").contains(" 2");
  }

  @Test
  void saysWhatWeMayNotKnowAndJudgesTheOthers() {
    cluster.refused.put("flowers.reviews", "no rights");
    cluster.refused.put("flowers.actions", "no configs for us");
    cluster.topics.remove("flowers.reviews");
    cluster.topic("actions").clear();

    List<Finding> findings = judged();

    Finding finding = Described.of(findings, "settings");
    assertThat(finding.level()).isEqualTo(Level.UNKNOWN);
    assertThat(finding.found()).contains("flowers.actions, flowers.reviews", "no configs for us");
    assertThat(finding.remedy()).contains("DescribeConfigs");
    assertThat(findings).filteredOn(each -> each.level() != Level.OK).containsExactly(finding);
  }

  @Test
  void saysWhatToChooseWhereNoneIsThere() {
    assertThat(TopicChecks.createCommand(Described.FLOWERS, List.of(), 3))
        .contains("--partitions N --replication-factor 3, with N, for good, ");
  }

  private List<Finding> judged() {
    return new TopicChecks(cluster.facts(), Described.FLOWERS, Described.SPECS).judge();
  }
}

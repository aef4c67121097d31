package io.pairstream.service.requirements;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.service.requirements.Finding.Level;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BrokerChecksTest {

  private final Described cluster = new Described();

  @ParameterizedTest
  @CsvSource({
    "transaction.max.timeout.ms, 899999,   transaction-timeout, WARNING, 900000",
    "socket.request.max.bytes,   10485760, record-size,         WRONG,   104857600",
    "offsets.retention.minutes,  10080,    offsets-kept,        WARNING, 525600",
  })
  void namesABrokersSettingWithTheValueThatMendsIt(
      String setting, String value, String check, Level level, String mended) {
    cluster.broker.put(setting, value);

    Finding finding = Described.of(judged(), check);

    assertThat(finding.level()).isEqualTo(level);
    assertThat(finding.found()).contains(setting + "=" + value);
    assertThat(finding.remedy()).startsWith(setting + "=" + mended);
    assertThat(judged().stream().filter(each -> each.level() != Level.OK)).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "604800000, 525600 or more",
    "63072000000, 1051200 or more",
    "-1, 2147483647 or more"
  })
  void wantsOffsetsKeptAsLongAsLinksAndRawRecords(String raw, String right) {
    cluster.broker.put("offsets.retention.minutes", "10080");
    cluster.topic("scraped").put("retention.ms", raw);

    assertThat(Described.of(judged(), "offsets-kept").right()).isEqualTo(right);
  }

  @Test
  void refusesATransactionVersionThatLetsLateRecordsIn() {
    cluster.features.put("transaction.version", 1);

    Finding finding = Described.of(judged(), "transaction-version");

    assertThat(finding.level()).isEqualTo(Level.WRONG);
    assertThat(finding.remedy())
        .isEqualTo(
            "kafka-features.sh --bootstrap-server kafka:9092 upgrade --feature"
                + " transaction.version=2");
  }

  @Test
  void judgesKafkasOwnTopicsAsTheyAreAndBeforeTheyAreThereAsBrokersWouldMakeThem() {
    cluster.topics.get(ClusterFacts.TRANSACTIONS).put("min.insync.replicas", "1");
    Finding made = Described.of(judged(), "min-insync");
    cluster.topics.remove(ClusterFacts.TRANSACTIONS);
    Finding toBeMade = Described.of(judged(), "min-insync");
    cluster.broker.put("transaction.state.log.min.isr", "1");
    Finding toBeMadeWeakly = Described.of(judged(), "min-insync");

    assertThat(made.level()).isEqualTo(Level.WRONG);
    assertThat(made.found()).contains(ClusterFacts.TRANSACTIONS + " 1");
    assertThat(toBeMade.level()).isEqualTo(Level.OK);
    assertThat(toBeMadeWeakly.level()).isEqualTo(Level.WRONG);
  }

  @Test
  void refusesATopicOfSchemasThatIsNotKeptAsTheirIdsAreToBe() {
    Map<String, String> settings =
        new HashMap<>(Map.of("cleanup.policy", "delete", "min.insync.replicas", "2"));
    cluster.topics.put("pairstream-schemas", settings);
    cluster.partitions.put("pairstream-schemas", List.of(Described.partition(0, 2, 2, true)));
    Finding deleted = Described.of(judged(), "cleanup");
    Finding copies = Described.of(judged(), "replication");
    settings.put("cleanup.policy", "compact");
    Finding kept = Described.of(judged(), "cleanup");

    assertThat(deleted.level()).isEqualTo(Level.WRONG);
    assertThat(deleted.sentence())
        .contains("pairstream-schemas has delete")
        .contains("--entity-name pairstream-schemas --add-config cleanup.policy=compact");
    assertThat(copies.level()).isEqualTo(Level.WRONG);
    assertThat(copies.found()).endsWith("pairstream-schemas 2");
    assertThat(kept.level()).isEqualTo(Level.OK);
  }

  @Test
  void saysNothingOfFeaturesThatBrokersDoNotTell() {
    cluster.refused.put(ClusterFacts.FEATURES, "no rights");
    cluster.features.clear();

    assertThat(judged()).extracting(Finding::check).doesNotContain("transaction-version");
  }

  private List<Finding> judged() {
    return new BrokerChecks(cluster.facts(), Optional.empty()).judge();
  }
}

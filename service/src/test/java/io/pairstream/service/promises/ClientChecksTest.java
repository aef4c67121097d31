package io.pairstream.service.promises;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.service.Promise;
import io.pairstream.service.promises.Finding.Level;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientChecksTest {

  @ParameterizedTest
  @CsvSource({
    "isolation.level, read_uncommitted",
    "main.consumer.isolation.level, READ_UNCOMMITTED",
    "acks, 1",
    "producer.acks, 0",
    "enable.idempotence, false",
    "enable.auto.commit, true",
    "consumer.auto.offset.reset, latest",
    "processing.guarantee, at_least_once",
    "producer.max.request.size, 1048576",
    "group.protocol, streams",
  })
  void refusesASettingThatTakesAPromiseAway(String name, String value) {
    Finding finding = ClientChecks.judge(Map.of(name, value, "client.rack", "a"));

    assertThat(finding.level()).isEqualTo(Level.WRONG);
    assertThat(finding.promise()).contains(Promise.CLIENT_SETTINGS);
    assertThat(finding.found()).isEqualTo("kafka." + name + "=" + value);
    assertThat(finding.right())
        .contains(name.replaceFirst("^((main\\.)?consumer|producer)\\.", ""));
  }

  @ParameterizedTest
  @CsvSource({
    "isolation.level, read_committed",
    "acks, ALL",
    "acks, -1",
    "auto.offset.reset, earliest",
    "max.request.size, 10485760",
    "security.protocol, SSL",
    "request.timeout.ms, 1",
    "group.protocol, classic",
  })
  void leavesEveryOther(String name, String value) {
    assertThat(ClientChecks.judge(Map.of(name, value)).level()).isEqualTo(Level.OK);
  }

  @Test
  void warnsOfANameThatHidesWhoseTransactionsAreWhose() {
    Finding finding = ClientChecks.judge(Map.of("client.id", "preprocess-7"));

    assertThat(finding.level()).isEqualTo(Level.WARNING);
    assertThat(finding.found()).contains("kafka.client.id=preprocess-7", "killed instance");
    assertThat(finding.right()).isEqualTo("no client.id");
  }

  @Test
  void namesAllOfThem() {
    assertThat(
            ClientChecks.judge(Map.of("acks", "1", "isolation.level", "read_uncommitted")).found())
        .isEqualTo("kafka.acks=1, kafka.isolation.level=read_uncommitted");
  }
}

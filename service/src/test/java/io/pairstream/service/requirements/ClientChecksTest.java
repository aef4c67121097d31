package io.pairstream.service.requirements;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.service.requirements.Finding.Level;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientChecksTest {

  private static final String APPLICATION = "flowers-preprocess";

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
    "num.stream.threads, 3",
    "application.id, another",
    "main.consumer.max.poll.records, 9",
    "main.consumer.max.poll.interval.ms, 359999",
    "producer.transaction.timeout.ms, 299999",
  })
  void refusesASettingThatTakesAPromiseAway(String name, String value) {
    Finding finding = judged(Map.of(name, value, "client.rack", "a"));

    assertThat(finding.level()).isEqualTo(Level.WRONG);
    assertThat(finding.isRefused()).isTrue();
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
    "application.id, flowers-preprocess",
    "main.consumer.max.poll.records, 8",
    "main.consumer.max.poll.interval.ms, 360000",
    "producer.transaction.timeout.ms, 300000",
    "consumer.max.poll.records, 500",
    "max.poll.interval.ms, 1000",
    "transaction.timeout.ms, 1000",
  })
  void leavesEveryOther(String name, String value) {
    assertThat(judged(Map.of(name, value)).level()).isEqualTo(Level.OK);
  }

  /** As preprocessing judges them whose transactions may last for five minutes. */
  private static Finding judged(Map<String, String> settings) {
    return ClientChecks.judge(settings, APPLICATION, Duration.ofMinutes(5));
  }
}

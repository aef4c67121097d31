package io.pairstream.schemas.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KafkaTimeoutsTest {

  private static final Duration USUAL = Duration.ofSeconds(8);

  @Test
  void answersAreWaitedForAsTheSettingsSay() {
    assertThat(KafkaTimeouts.ofAnswers(Map.of(), USUAL)).isEqualTo(USUAL);
    assertThat(KafkaTimeouts.ofAnswers(Map.of("default.api.timeout.ms", "2000"), USUAL))
        .isEqualTo(Duration.ofSeconds(2));
    assertThat(KafkaTimeouts.ofAnswers(Map.of("default.api.timeout.ms", 60_000), USUAL))
        .isEqualTo(Duration.ofMinutes(1));
  }

  @Test
  void sendsAreWaitedForAsLongAsAnswersAtLeast() {
    assertThat(KafkaTimeouts.ofSends(Map.of(), USUAL)).isEqualTo(USUAL);
    assertThat(KafkaTimeouts.ofSends(Map.of("default.api.timeout.ms", 60_000), USUAL))
        .isEqualTo(Duration.ofMinutes(1));
    assertThat(KafkaTimeouts.ofSends(Map.of("default.api.timeout.ms", 2_000), USUAL))
        .isEqualTo(USUAL);
    assertThat(
            KafkaTimeouts.ofSends(
                Map.of("default.api.timeout.ms", 60_000, "delivery.timeout.ms", "9000"), USUAL))
        .isEqualTo(Duration.ofSeconds(9));
  }

  @ParameterizedTest
  @CsvSource({",,8000,4000", "3000,,8000,3000", "30000,,30005,30000", "30000,50,30050,30000"})
  void producerTakesTheSettingsWhateverItsRequestsMayLast(
      String request, String linger, int delivery, int requests) {
    Map<String, Object> settings = new HashMap<>(Map.of("bootstrap.servers", "127.0.0.1:9"));
    if (request != null) {
      settings.put("request.timeout.ms", request);
    }
    if (linger != null) {
      settings.put("linger.ms", linger);
    }

    Duration within = KafkaTimeouts.sendWithin(settings, USUAL);

    assertThat(within).isEqualTo(Duration.ofMillis(delivery));
    assertThat(settings).containsEntry("delivery.timeout.ms", delivery);
    assertThat(String.valueOf(settings.get("request.timeout.ms")))
        .isEqualTo(String.valueOf(requests));
    // It refuses a delivery that is shorter than a request.
    new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())
        .close(Duration.ZERO);
  }

  @ParameterizedTest
  @CsvSource({"12000,5000,12000", "12000,30000,30000", "12000,soon,12000"})
  void limitOfAnAnswerCoversThatOfARequest(int answer, String request, int then) {
    Map<String, Object> settings =
        new HashMap<>(Map.of("default.api.timeout.ms", answer, "request.timeout.ms", request));

    KafkaTimeouts.coverRequests(settings);

    assertThat(settings)
        .containsEntry("default.api.timeout.ms", then)
        .containsEntry("request.timeout.ms", request);
  }
}

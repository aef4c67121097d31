package io.pairstream.curation.sentence;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.Measured;
import io.pairstream.schemas.Measurement;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerJsonTest {

  @ParameterizedTest
  @ValueSource(doubles = {0.24999996, 0.2500000001, 12, -0.5, Double.NaN})
  void whatBreaksALimitIsNotRoundedToIt(double value) {
    Measured measured = Measured.atLeast("score.safety", value, 0.25, "");
    Measurement record = Measurement.newBuilder().setValue(value).build();

    assertThat(AnswerJson.read(AnswerJson.text(measured), Measured.class)).isEqualTo(measured);
    assertThat(AnswerJson.MAPPER.valueToTree(record).get("value").asText())
        .isEqualTo(value == 12 ? "12" : String.valueOf(value));
  }
}

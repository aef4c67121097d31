package io.pairstream.service.rejection;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.Measured;
import io.pairstream.schemas.RecordedLimit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RefusedAnswersTest {

  private static final Map<String, Double> NO_NUMBERS = Map.of();
  private static final Map<String, String> NO_LABELS = Map.of();

  @Test
  void anAnswerBeyondALimitIsRefusedWithTheLimitThatItBreaks() {
    RefusedAnswers limits = limits(0.1, 0.3);

    assertThat(number(0.3, limits)).isEmpty();
    assertThat(number(Double.NaN, limits)).as("is no answer").isEmpty();
    assertThat(number(0.4, limits)).contains(Measured.atMost("answer.nsfw", 0.4, 0.3, ""));
    assertThat(number(0.09, limits)).contains(Measured.atLeast("answer.nsfw", 0.09, 0.1, ""));
    assertThat(label("unsure", limits))
        .as("a label where a number is limited")
        .contains(Measured.text("answer.nsfw=unsure", "answer.nsfw>=0.1"));
  }

  @Test
  void aLabelThatIsNotWantedIsRefusedWithTheWantedOnes() {
    RefusedAnswers limits = limits(null, null, "clean", "unsure");

    assertThat(label("unsure", limits)).isEmpty();
    assertThat(label("marked", limits))
        .contains(Measured.text("answer.nsfw=marked", "answer.nsfw=clean,unsure"));
    assertThat(number(1, limits)).map(Measured::inWords).as("a number, not a label").contains("1");
    assertThat(number(1, limits)).map(Measured::limitInWords).contains("answer.nsfw=clean,unsure");
  }

  @Test
  void onlyLimitsThatRejectCount() {
    RecordedLimit held = new RecordedLimit("nsfw", null, 0.3, List.of(), "HOLD");

    assertThat(number(1, new RefusedAnswers(List.of(held)))).isEmpty();
  }

  @Test
  void anAnswerThatOneLimitRefusedAnotherMayAdmit() {
    Measured number = number(0.4, limits(null, 0.3)).orElseThrow();
    Measured label = label("unsure", limits(null, null, "clean")).orElseThrow();
    Measured crossed = number(1, limits(null, null, "clean")).orElseThrow();

    assertThat(limits(null, 0.35).stillRefused(number))
        .contains(Measured.atMost("answer.nsfw", 0.4, 0.35, ""));
    assertThat(limits(null, 0.4).stillRefused(number)).isEmpty();
    assertThat(limits(null, 2.0).stillRefused(crossed)).isEmpty();
    assertThat(limits(null, 0.5).stillRefused(crossed)).isPresent();
    assertThat(limits(null, null, "sharp").stillRefused(label)).isPresent();
    assertThat(limits(null, null, "clean", "unsure").stillRefused(label)).isEmpty();
    assertThat(limits(null, 0.1).stillRefused(label)).as("a number is wanted now").isPresent();
    assertThat(limits(null, 0.1).stillRefused(Measured.NONE)).isEmpty();
  }

  private static RefusedAnswers limits(Double min, Double max, String... labels) {
    return new RefusedAnswers(
        List.of(new RecordedLimit("nsfw", min, max, List.of(labels), "REJECT")));
  }

  private static Optional<Measured> number(double number, RefusedAnswers limits) {
    return limits.refused(Map.of("nsfw", number), NO_LABELS);
  }

  private static Optional<Measured> label(String label, RefusedAnswers limits) {
    return limits.refused(NO_NUMBERS, Map.of("nsfw", label));
  }
}

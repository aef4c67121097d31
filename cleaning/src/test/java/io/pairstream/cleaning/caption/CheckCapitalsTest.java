package io.pairstream.cleaning.caption;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Rejection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckCapitalsTest {

  private final CheckCapitals half = new CheckCapitals(new CheckCapitals.Limit(0.5));

  @ParameterizedTest
  @ValueSource(strings = {"A red bus", "一辆红色的公共汽车", "NASA rocket", "ABcd", "42!", ""})
  void keepsACaptionOfAtMostSoManyCapitals(String text) {
    assertThat(half.apply(new CleanedCaption(text, "und")).keptOnly()).hasSize(1);
  }

  @Test
  void rejectsACaptionThatShouts() {
    Rejection rejection = half.apply(new CleanedCaption("BUY NOW ok", "und")).rejectedOnly().get(0);

    assertThat(rejection.reason()).isEqualTo(RejectReason.CAPTION_MOSTLY_CAPITALS);
    assertThat(rejection.detail()).isEqualTo("6 of the caption's 8 letters are capitals");
    assertThat(rejection.measured()).isEqualTo("0.75 of the letters");
    assertThat(rejection.limit()).isEqualTo("0.5 of the letters");
  }

  @Test
  void isOffAtOne() {
    assertThat(new CheckCapitals.Limit(1).isOn()).isFalse();
  }
}

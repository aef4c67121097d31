package io.pairstream.cleaning.tokens;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.caption.CleanedCaption;
import java.util.List;
import org.junit.jupiter.api.Test;

class TokenizedCaptionTest {

  private static TokenizedCaption caption(String text, int... ids) {
    return new TokenizedCaption(new CleanedCaption(text, "en"), new TokenIds(ids, 1, 1), List.of());
  }

  @Test
  void isEqualByContent() {
    assertThat(caption("a", 1, 2))
        .isEqualTo(caption("a", 1, 2))
        .hasSameHashCodeAs(caption("a", 1, 2));
    assertThat(caption("a", 1, 2))
        .isNotEqualTo(caption("a", 1, 3))
        .isNotEqualTo(caption("b", 1, 2));
  }
}

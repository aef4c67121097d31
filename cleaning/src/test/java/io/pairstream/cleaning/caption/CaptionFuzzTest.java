package io.pairstream.cleaning.caption;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.pairstream.cleaning.CleanedCaption;
import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.recipe.RecipeReader;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;

/**
 * Any text at all before the caption's cleaning: it answers, and what it keeps is clean once and
 * for all. In an ordinary run the kept inputs alone.
 */
class CaptionFuzzTest {

  private final CleanCaption clean = new CleanCaption(RecipeReader.parse("fuzz", ""));

  @FuzzTest(maxDuration = "2m")
  void aCleanedCaptionIsClean(byte[] utf8) {
    String text = new String(utf8, StandardCharsets.UTF_8);
    Outcome<CleanedCaption> once = clean.apply(new ReceivedCaption(text, "", ""));

    for (CleanedCaption caption : once.keptOnly()) {
      assertThat(caption.text()).isNotBlank().isEqualTo(caption.text().strip());
      assertThat(Normalizer.isNormalized(caption.text(), Normalizer.Form.NFC)).isTrue();
      assertThat(caption.text().codePoints()).noneMatch(Character::isISOControl);
      assertThat(clean.apply(new ReceivedCaption(caption.text(), "", "")).keptOnly())
          .extracting(CleanedCaption::text)
          .containsExactly(caption.text());
    }
    once.rejectedOnly().forEach(rejection -> assertThat(rejection.detail()).isNotBlank());
  }
}

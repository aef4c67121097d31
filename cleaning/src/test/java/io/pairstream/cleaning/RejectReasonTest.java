package io.pairstream.cleaning;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.recipe.FlatYaml;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RejectReasonTest {

  private static final String HAN = ".*\\p{IsHan}.*";

  private final Map<String, FlatYaml.Entry> words = read();

  private static Map<String, FlatYaml.Entry> read() {
    try (InputStream file = RejectReason.class.getResourceAsStream(RejectReason.WORDS)) {
      FlatYaml words =
          FlatYaml.parse(
              RejectReason.WORDS, new String(file.readAllBytes(), StandardCharsets.UTF_8));
      assertThat(words.problems()).isEmpty();
      return words.entries();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private String text(String name) {
    assertThat(words).containsKey(name);
    return words.get(name).text();
  }

  @ParameterizedTest
  @EnumSource
  void everyReasonHasATitleAndARemedyInEachLanguage(RejectReason reason) {
    String name = "reason." + reason;

    assertThat(text(name + ".en.title")).isEqualTo(reason.title()).matches("[A-Z][^_]+[^.]");
    assertThat(text(name + ".en.remedy")).isEqualTo(reason.remedy()).matches("[A-Z].*[^.]\\.");
    assertThat(text(name + ".zh.title")).matches(HAN).doesNotEndWith("。");
    assertThat(text(name + ".zh.remedy")).matches(HAN).endsWith("。");
  }

  @Test
  void noWordsAreThereForAReasonThatIsNone() {
    Set<String> said =
        words.keySet().stream()
            .filter(name -> name.startsWith("reason."))
            .map(name -> name.split("\\.")[1])
            .collect(toSet());

    assertThat(said)
        .isEqualTo(Arrays.stream(RejectReason.values()).map(Enum::name).collect(toSet()));
  }

  @Test
  void measuresUnitsAndBoundsAreSaidInBothLanguages() {
    assertThat(words.keySet())
        .filteredOn(name -> name.matches("(measure|unit|bound)\\..*"))
        .allMatch(name -> words.containsKey(name.replaceAll("\\.\\w+$", ".en")))
        .allMatch(name -> words.containsKey(name.replaceAll("\\.\\w+$", ".zh")))
        .hasSizeGreaterThan(50);
    assertThat(words.keySet())
        .filteredOn(name -> name.matches("(unit|bound)\\..*"))
        .allMatch(name -> text(name).contains("{value}"));
  }

  @Test
  void everyReasonIsFoundByItsNameAndNothingElseIs() {
    for (RejectReason reason : RejectReason.values()) {
      assertThat(RejectReason.named(reason.name())).contains(reason);
    }
    assertThat(RejectReason.named("image_empty")).isEmpty();
    assertThat(RejectReason.named("REASON_OF_TOMORROW")).isEmpty();
    assertThat(RejectReason.named("")).isEmpty();
  }
}

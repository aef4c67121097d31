package io.pairstream.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LabelRuleTest {

  @Test
  void cleansWhiteSpaceEmptyOnesAndRepeatsAndKeepsTheOrder() {
    List<String> cleaned = LabelRule.cleaned(List.of(" dog", "", "traffic light", "\u2003", "dog"));

    assertThat(cleaned).containsExactly("dog", "traffic light");
    assertThat(LabelRule.cleaned(cleaned)).isEqualTo(cleaned);
  }

  @Test
  void separatorSeparatesLabelsWhereverTheyComeFrom() {
    assertThat(LabelRule.cleaned(List.of("dog|cat", "|", "cat"))).containsExactly("dog", "cat");
  }

  @Test
  void takesAsManyAndAsLongOnesAsAreAllowed() {
    assertThat(LabelRule.fault(numbered(LabelRule.MAX_LABELS))).isEmpty();
    assertThat(LabelRule.fault(List.of("狗".repeat(66) + "so"))).isEmpty();
  }

  @Test
  void refusesOneTooMany() {
    assertThat(LabelRule.fault(numbered(65)))
        .contains("there are 65 labels; a pair has at most 64");
  }

  @Test
  void refusesOneByteTooMuchAndShowsWholeCharacters() {
    assertThat(LabelRule.fault(List.of("dog", "\uD83D\uDC36".repeat(51))))
        .contains(
            "the label '%s…' has 204 bytes; a label has at most 200"
                .formatted("\uD83D\uDC36".repeat(40)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a\tb", "a\nb", "\uD83D", "caf\uFFFD", "a\u202Eb", "a\u2067b", "a\u2028b"})
  void refusesWhatIsNoPlainText(String label) {
    assertThat(LabelRule.fault(List.of(label)))
        .contains("a label holds control characters, or bytes that are not UTF-8");
  }

  private static List<String> numbered(int count) {
    return IntStream.range(0, count).mapToObj(number -> "label " + number).toList();
  }
}

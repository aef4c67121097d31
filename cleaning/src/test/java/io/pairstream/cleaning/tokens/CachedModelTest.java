package io.pairstream.cleaning.tokens;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CachedModelTest {

  private final List<String> asked = new ArrayList<>();

  /** Gives each character its code as its id, and notes what it was asked for. */
  private final CachedModel cached =
      new CachedModel(
          (piece, out) -> {
            asked.add(piece);
            piece.chars().forEach(out::add);
          });

  private int[] encode(String text, int start, int end) {
    TokenBuffer out = new TokenBuffer(4);
    cached.encode(text, start, end, out);
    return out.from(0);
  }

  @Test
  void asksOnceForAShortWordWhereverItStands() {
    assertThat(encode("dogs", 0, 3)).containsExactly('d', 'o', 'g');
    assertThat(encode("a dog", 2, 5)).containsExactly('d', 'o', 'g');
    String longWord = "x".repeat(CachedModel.LONGEST_WORD + 1);
    encode(longWord, 0, longWord.length());
    encode(longWord, 0, longWord.length());

    assertThat(asked).containsExactly("dog", longWord, longWord);
  }

  @Test
  void takesNoWordForAnotherOfTheSameHash() {
    assertThat("Aa".hashCode()).isEqualTo("BB".hashCode());

    assertThat(encode("Aa", 0, 2)).containsExactly('A', 'a');
    assertThat(encode("BB", 0, 2)).containsExactly('B', 'B');
    assertThat(encode("BB", 0, 2)).containsExactly('B', 'B');
    assertThat(asked).containsExactly("Aa", "BB");
  }
}

package io.pairstream.cleaning.words;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ContentWordsTest {

  private static final ContentWords WORDS = new ContentWords();

  @Test
  void leavesOutStopWordsNumbersAndSecondMentions() {
    assertThat(WORDS.of("A Dog and another dog on the 2 sofas", "en", 10))
        .containsExactly("dog", "another", "sofas");
  }

  @Test
  void splitsChinese() {
    assertThat(WORDS.of("一只猫和小狗坐在沙发上", "zh-Hans", 10))
        .contains("猫", "小狗", "沙发")
        .doesNotContain("和");
  }

  @Test
  void givesNoMoreWordsThanAsked() {
    assertThat(WORDS.of("red green blue yellow", "en", 2)).containsExactly("red", "green");
    assertThat(WORDS.of("x".repeat(41) + " " + "y".repeat(40), "en", 2))
        .containsExactly("y".repeat(40));
  }
}

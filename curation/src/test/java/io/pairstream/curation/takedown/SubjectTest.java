package io.pairstream.curation.takedown;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SubjectTest {

  @ParameterizedTest
  @CsvSource({
    "Pictures.TEST, SOURCE/pictures.test",
    "https://pictures.test:8443/a/b.jpg, SOURCE/pictures.test",
    "bücher.example, SOURCE/xn--bcher-kva.example",
    "scraped, SOURCE/SCRAPED"
  })
  void aSourceIsAHostOrAKind(String text, String key) {
    assertThat(Subject.source(text).key()).isEqualTo(key);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "two words", "ftp://pictures.test/a"})
  void whatIsNoSourceIsRefusedWithWhatWouldBe(String text) {
    assertThatThrownBy(() -> Subject.source(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a source is a host such as pictures.example.org")
        .hasMessageContaining("SYNTHETIC");
  }

  @Test
  void idsAndDigestsAreInLowerCaseHex() {
    assertThat(Subject.pair("0".repeat(32)).key()).isEqualTo("PAIR/" + "0".repeat(32));
    assertThat(Subject.image("f".repeat(64)).key()).isEqualTo("IMAGE/" + "f".repeat(64));
    assertThatThrownBy(() -> Subject.pair("F".repeat(32))).hasMessageContaining("32 hex digits");
    assertThatThrownBy(() -> Subject.image("0".repeat(32))).hasMessageContaining("64 hex digits");
    assertThatThrownBy(() -> Subject.contributor(" ")).hasMessageContaining("1 to 8192");
    assertThatThrownBy(() -> Subject.contributor("a\u001bb")).hasMessageContaining("control");
  }
}

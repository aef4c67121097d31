package io.pairstream.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TakedownKindTest {

  @Test
  void namesEveryTakedownThatAPairFallsUnder() {
    assertThat(
            TakedownKind.keysOf(
                "1f", "2e", "museum", "anna", "SCRAPED", "https://Pictures.TEST:8080/a.jpg"))
        .containsExactly(
            "PAIR/1f",
            "IMAGE/2e",
            "CONTRIBUTOR/museum",
            "PRODUCER/anna",
            "SOURCE/SCRAPED",
            "SOURCE/pictures.test");
  }

  @Test
  void aPairOfNobodyAndFromNowhereFallsUnderNothingOfTheirs() {
    assertThat(TakedownKind.keysOf("1f", "2e", "", "", "IMPORTED", ""))
        .containsExactly("PAIR/1f", "IMAGE/2e", "SOURCE/IMPORTED");
  }

  @ParameterizedTest
  @CsvSource({
    "https://bücher.example./a, xn--bcher-kva.example",
    "http://me:secret@Pictures.test/a, pictures.test",
    "ftp://pictures.test/a, pictures.test"
  })
  void aHostIsNamedInOneWayHoweverItIsWritten(String url, String host) {
    assertThat(TakedownKind.keysOf("1f", "2e", "", "", "SCRAPED", url)).endsWith("SOURCE/" + host);
  }

  @ParameterizedTest
  @CsvSource({"not an address", "/pictures/1.jpg", "http://"})
  void whatIsNoAddressHasNoHost(String url) {
    assertThat(TakedownKind.keysOf("1f", "2e", "", "", "SCRAPED", url)).endsWith("SOURCE/SCRAPED");
  }
}

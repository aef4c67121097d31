package io.pairstream.image.card;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class GeneratedTextTest {

  static Stream<String> replies() throws IOException {
    try (InputStream file = GeneratedTextTest.class.getResourceAsStream("replies.txt")) {
      List<String> lines = new String(file.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
      return lines.stream().filter(line -> line.contains(" => "));
    }
  }

  @ParameterizedTest
  @MethodSource("replies")
  void leavesTheTextAlone(String line) {
    String[] reply = line.replace("\\n", "\n").split(" => ", -1);

    assertThat(GeneratedText.of(reply[0])).isEqualTo(reply[1]);
    assertThat(GeneratedText.of(reply[1])).as("said again").isEqualTo(reply[1]);
  }

  @Test
  void controlCharactersAndHalvesOfCharactersAreNoText() {
    assertThat(GeneratedText.of("A\u0000dog\u001b[31m runs\r\nand\ud83d barks.\u0007"))
        .isEqualTo("A dog [31m runs\nand barks.");
  }

  /** As long as an API may answer, and made to be searched in vain. */
  @Test
  void longTextsCostNoTimeThatGrowsWithTheirSquare() {
    for (String part :
        List.of(
            "<", "**a", "</", " ", "\n", "-", "- ", "*a ", "\"", "`", "[a](", "'a'", "<think ")) {
      assertThat(GeneratedText.of(part.repeat(1_000_000 / part.length()))).isNotNull();
      assertThat(GeneratedText.of("a" + part.repeat(15_000 / part.length()))).isNotNull();
    }
  }
}

package io.pairstream.ingest.generate;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImagesApiTest {

  @ParameterizedTest
  @CsvSource({
    "api.example, '', the base URL is no address of an API",
    "ftp://api.example, '', the base URL is no address of an API",
    "https://ann:x@api.example, '', the base URL is no address of an API",
    "http://a|b/, '', the base URL is no address of an API",
    "http://api.example/v1, key, use https",
    "http://127.evil.example, key, use https",
    "https://api.example, two words, one word of printable ASCII"
  })
  void keyDoesNotTravelInTheOpenNorAnywhereElse(String base, String key, String message) {
    assertThatThrownBy(() -> api(base, key))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  private static ImagesApi api(String base, String key) {
    return new ImagesApi(base, key, Duration.ofSeconds(1));
  }
}

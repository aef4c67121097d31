package io.pairstream.ingest.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
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

  @Test
  void anAddressWithoutAListenerIsReported() throws Exception {
    PromptFile.Prompt prompt = new PromptFile.Prompt("p:1", "an owl", "", "", Map.of());

    assertThat(api("http://127.0.0.1:1", "").ask(prompt, "{}").toString())
        .contains("the connection to 127.0.0.1:1 failed: refused");
  }

  private static ImagesApi api(String base, String key) {
    return new ImagesApi(base, key, Duration.ofSeconds(1));
  }
}

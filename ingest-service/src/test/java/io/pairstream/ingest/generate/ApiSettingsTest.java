package io.pairstream.ingest.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ApiSettingsTest {

  @ParameterizedTest
  @CsvSource({
    "https://api.example/v1, https://api.example/v1/images/generations",
    "https://api.example/v1/, https://api.example/v1/images/generations",
    "https://api.example, https://api.example/v1/images/generations",
    "http://127.0.0.1:8000/, http://127.0.0.1:8000/v1/images/generations",
    "https://api.example/v1/images/generations, https://api.example/v1/images/generations",
    "https://api.example/d/x?api-version=1, https://api.example/d/x/images/generations?api-version=1"
  })
  void addressIsThatOfGenerationsBelowTheBase(String base, String address) {
    assertThat(ApiSettings.address(base)).hasToString(address);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "api.example",
        "ftp://api.example",
        "https://ann:x@api.example",
        "http://a|b/"
      })
  void saysThatAnAddressIsNone(String base) {
    assertThatThrownBy(() -> ApiSettings.address(base))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("the base URL is no address of an API");
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://api.example/v1", "http://10.0.0.1", "http://127.evil.example"})
  void keyDoesNotTravelInTheOpen(String base) {
    assertThatThrownBy(() -> settings(base, "key"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("use https");
    assertThat(settings(base, "").key().isEmpty()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://api.example",
        "http://127.0.0.1:8000",
        "http://localhost",
        "http://[::1]:1"
      })
  void keyTravelsOverHttpsAndOnThisMachine(String base) {
    assertThat(settings(base, "key").key().authorization()).isEqualTo("Bearer key");
  }

  @Test
  void keyIsTheOneWordInAFile(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("key"), " sk-1 \n");

    assertThat(ApiKey.fromFile(file).authorization()).isEqualTo("Bearer sk-1");
    assertThat(ApiKey.fromFile(file)).hasToString("ApiKey[***]");
    Files.writeString(file, "sk-1\nsk-2\n");
    assertThatThrownBy(() -> ApiKey.fromFile(file))
        .hasMessageContaining("holds no key")
        .hasMessageNotContaining("sk-");
    assertThatThrownBy(() -> ApiKey.fromFile(folder.resolve("none")))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ApiKey.fromEnvironment("K", Map.of()))
        .hasMessage("the environment has no variable K");
  }

  private static ApiSettings settings(String base, String key) {
    return new ApiSettings(
        ApiSettings.address(base),
        key.isEmpty() ? ApiKey.none() : ApiKey.fromEnvironment("K", Map.of("K", key)),
        Duration.ofSeconds(1));
  }
}

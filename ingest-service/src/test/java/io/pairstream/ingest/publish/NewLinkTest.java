package io.pairstream.ingest.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.schemas.SourceKind;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NewLinkTest {

  private static final String URL = "https://example.org/owl.jpg";

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "ftp://example.org/owl.jpg, the URL begins with ftp:; only http and https are fetched",
    "http://ann@example.org/, the URL holds a user name or password; links are fetched without any"
  })
  void refusesAUrlThatIsNeverFetched(String url, String message) {
    assertThatThrownBy(() -> NewLink.of(url, "an owl", "en"))
        .isInstanceOfSatisfying(
            InvalidLinkException.class, e -> assertThat(e.field()).isEqualTo("url"))
        .hasMessage(message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "  ", "\n", "half \ud83d an owl"})
  void refusesACaptionThatSaysNothing(String caption) {
    assertThatThrownBy(() -> NewLink.of(URL, caption, "en"))
        .isInstanceOfSatisfying(
            InvalidLinkException.class, e -> assertThat(e.field()).isEqualTo("caption"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ab", "sha256:abababababababab", "zz"})
  void refusesADigestThatNoImageHas(String digest) {
    assertThatThrownBy(
            () -> new NewLink(URL, "an owl", "", "", "", digest, Map.of(), SourceKind.SCRAPED))
        .isInstanceOfSatisfying(
            InvalidLinkException.class, e -> assertThat(e.field()).isEqualTo("expected_digest"));
  }

  @Test
  @Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
  void takesAnyNumberOfAnnotationsWhoseNamesHaveOneHashCode() {
    NewLink link =
        new NewLink(URL, "an owl", "", "", "", "", CollidingNames.of(200_000), SourceKind.SCRAPED);

    assertThat(link.annotations().size()).isEqualTo(200_000);
  }

  @Test
  void idIsOfUrlAndCaptionAsReceived() {
    NewLink link = NewLink.of(URL, "an owl", "en");

    assertThat(link.linkId()).isEqualTo(NewLink.of(URL, "an owl", "fr").linkId());
    assertThat(link.linkId()).isNotEqualTo(NewLink.of(URL, "An owl", "en").linkId());
    assertThat(link.linkId()).isNotEqualTo(NewLink.of(URL + "?", "an owl", "en").linkId());
  }
}

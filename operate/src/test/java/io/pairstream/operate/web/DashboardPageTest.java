package io.pairstream.operate.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.service.http.StaticFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DashboardPageTest {

  /** References of the page: {@code /assets/NAME} and a module's {@code ./NAME}. */
  private static final Pattern REFERENCE =
      Pattern.compile("[\"'`](?:/assets/|\\./)([\\w.]+\\.(?:js|css|svg|json))[\"'`]");

  @Test
  void everyFileThatThePageRefersToIsServedAndNoOther() throws IOException {
    Set<String> seen = new TreeSet<>();

    follow(read("index.html"), seen);

    assertThat(seen).containsAll(StaticFiles.SHARED);
    seen.removeAll(StaticFiles.SHARED);
    assertThat(seen.remove("reasons.json")).isTrue();
    // The words are fetched by language, under a name that is put together.
    seen.add("words.en.json");
    seen.add("words.zh.json");
    assertThat(seen).containsExactlyInAnyOrderElementsOf(DashboardPage.ASSETS);
    assertThat(DashboardPage.routes()).isNotEmpty();
  }

  private static void follow(String text, Set<String> seen) throws IOException {
    for (MatchResult reference : REFERENCE.matcher(text).results().toList()) {
      if (seen.add(reference.group(1))) {
        follow(read(reference.group(1)), seen);
      }
    }
  }

  @Test
  void thePageHoldsNoCodeAndNoStyleOfItsOwnAndNothingFromElsewhere() throws IOException {
    String page = read("index.html");

    assertThat(page).doesNotContainPattern("\\son\\w+=").doesNotContain("style=");
    assertThat(page).doesNotContainPattern("(src|href)=\"(https?:)?//");
    assertThat(page).doesNotContainPattern("<script(?![^>]*\\ssrc=)");
  }

  static Set<String> assets() {
    Set<String> assets = new TreeSet<>(DashboardPage.ASSETS);
    assets.addAll(StaticFiles.SHARED);
    return assets;
  }

  @ParameterizedTest
  @MethodSource("assets")
  void noFileTakesTextForMarkupOrLoadsFromElsewhere(String name) throws IOException {
    String file = read(name);

    // What producers wrote is set as text; none of these can be misused where none is there.
    assertThat(file)
        .doesNotContain(
            "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "DOMParser")
        .doesNotContain("@import")
        .doesNotContainPattern("url\\(\\s*[\"']?(https?:|//)")
        .doesNotContainPattern("import\\(?\\s*[\"'](https?:|//)");
  }

  static String read(String name) throws IOException {
    String path =
        RejectReason.WORDS.endsWith("/" + name)
            ? RejectReason.WORDS
            : (StaticFiles.SHARED.contains(name) ? StaticFiles.SHARED_FOLDER : DashboardPage.FOLDER)
                + name;
    try (InputStream file = DashboardPage.class.getResourceAsStream(path)) {
      assertThat(file).as(name).isNotNull();
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}

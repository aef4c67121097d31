package io.pairstream.ingest.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.operate.LongTimeoutServer;
import io.pairstream.service.http.Authenticator;
import io.pairstream.service.http.Problem;
import io.pairstream.service.http.ProblemKind;
import io.pairstream.service.http.Quota;
import io.pairstream.service.http.Router;
import io.pairstream.service.http.StaticFiles;
import io.pairstream.service.http.WebServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class ContributionPageTest {

  /** References of the page: {@code /assets/NAME} and a module's {@code ./NAME}. */
  private static final Pattern REFERENCE = Pattern.compile("\"(?:/assets/|\\./)([\\w.]+)\"");

  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static WebServer server;

  @BeforeAll
  static void open() throws IOException {
    server =
        new WebServer(
            LongTimeoutServer.settings(),
            new Router(IngestService.page()),
            refusing(),
            Quota.UNLIMITED,
            true);
    server.start();
  }

  /** The page is there for who has no key yet. */
  private static Authenticator refusing() {
    return request -> {
      throw Problem.of(ProblemKind.UNAUTHORIZED, "no key is known");
    };
  }

  @AfterAll
  static void close() {
    server.close();
  }

  @Test
  void everyFileThatThePageRefersToIsServedAsWhatItIs() throws Exception {
    Set<String> seen = new TreeSet<>();
    HttpResponse<String> page = get("/");
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.headers().firstValue("Content-Type")).contains("text/html; charset=utf-8");

    follow(page.body(), seen);

    assertThat(seen)
        .contains("page.css", "page.js", "cards.js", "send.js", "icon.svg")
        .containsAll(StaticFiles.SHARED)
        .allSatisfy(
            name ->
                assertThat(get("/assets/" + name).headers().firstValue("Content-Type").orElse(""))
                    .startsWith(
                        name.endsWith(".js")
                            ? "text/javascript"
                            : name.endsWith(".css")
                                ? "text/css"
                                : name.endsWith(".json") ? "application/json" : "image/svg+xml"));
    assertThat(get("/assets/words.zh.json").headers().firstValue("Content-Type"))
        .contains("application/json");
  }

  private static void follow(String text, Set<String> seen) throws Exception {
    for (MatchResult reference : REFERENCE.matcher(text).results().toList()) {
      String name = reference.group(1);
      if (seen.add(name)) {
        HttpResponse<String> file = get("/assets/" + name);
        assertThat(file.statusCode()).as(name).isEqualTo(200);
        follow(file.body(), seen);
      }
    }
  }

  @Test
  void theBrowserRunsThePagesOwnScriptAndNothingElse() throws Exception {
    HttpResponse<String> page = get("/");

    Set<String> policy =
        Set.of(page.headers().firstValue("Content-Security-Policy").orElse("").split("; "));
    assertThat(policy)
        .contains(
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' blob:",
            "connect-src 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'");
    assertThat(page.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
    assertThat(page.headers().firstValue("Referrer-Policy")).contains("no-referrer");
  }

  @Test
  void thePageHoldsNoCodeAndNoStyleOfItsOwnAndNothingFromElsewhere() throws Exception {
    String page = get("/").body();

    assertThat(page).doesNotContainPattern("\\son\\w+=").doesNotContain("style=");
    assertThat(page).doesNotContainPattern("(src|href)=\"(https?:)?//");
    assertThat(page).doesNotContainPattern("<script(?![^>]*\\ssrc=)");
    assertThat(get("/assets/page.css").body()).doesNotContain("url(", "@import");
    String scripts =
        Set.of("page.js", "cards.js", "send.js", "memory.js", "pictures.js").stream()
            .map(ContributionPageTest::body)
            .collect(Collectors.joining());
    // What people wrote is set as text; none of these can be misused where none is there.
    assertThat(scripts)
        .doesNotContain("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(");
  }

  private static String body(String asset) {
    try {
      return get("/assets/" + asset).body();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return CLIENT.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path)).build(),
        BodyHandlers.ofString());
  }
}

package io.pairstream.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * A site that lets its own name point to this machine, in a real browser on it: of all that the
 * platform listens on over HTTP it gets nothing but a refusal.
 */
@Tag("full")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ForeignPageTest {

  private static final String SUBJECT = "pairs.crowdsourced-value";

  private RunningPlatform platform;

  @BeforeAll
  void start(@TempDir Path data) throws Exception {
    platform = RunningPlatform.start(data, "demo");
  }

  @AfterAll
  void stop() {
    platform.close();
  }

  @Test
  void doesNotReachTheRegistryUnderANameOfItsOwn() throws Exception {
    String registry = platform.address("schema_registry");
    String before = read(registry + "/subjects/" + SUBJECT + "/versions");
    String compatibility = read(registry + "/config/" + SUBJECT);

    List<Object> statuses =
        asRebound(
            registry,
            request("/subjects", "GET", ""),
            request("/config/" + SUBJECT, "PUT", "{compatibility: 'NONE'}"),
            request("/config", "PUT", "{compatibility: 'NONE'}"),
            request("/subjects/" + SUBJECT + "/versions", "POST", "{schema: '\"string\"'}"),
            request("/subjects/" + SUBJECT, "DELETE", ""),
            request("/subjects/" + SUBJECT + "?permanent=true", "DELETE", ""));

    assertThat(statuses).hasSize(6).allMatch(status -> status.equals(403L));
    assertThat(read(registry + "/subjects/" + SUBJECT + "/versions")).isEqualTo(before);
    assertThat(read(registry + "/config/" + SUBJECT)).isEqualTo(compatibility);
  }

  @Test
  void doesNotReachTheOtherServicesEither() throws Exception {
    for (String address : List.of("ingest_url", "dashboard_url")) {
      assertThat(
              asRebound(
                  platform.address(address),
                  request("/health/live", "GET", ""),
                  request("/openapi.json", "GET", "")))
          .containsExactly(403L, 403L);
    }
  }

  private static String request(String path, String method, String body) {
    return "['"
        + path
        + "', {method: '"
        + method
        + "'"
        + (body.isEmpty()
            ? ""
            : ", body: JSON.stringify("
                + body
                + "), headers: {'Content-Type': 'application/vnd.schemaregistry.v1+json'}")
        + "}]";
  }

  /** What a page of the site sees when it sends requests to an address under the site's name. */
  private static List<Object> asRebound(String address, String... requests) {
    URI uri = URI.create(address);
    String own = "http://" + Browser.REBOUND_NAME + ":" + uri.getPort();
    try (Browser browser = Browser.open(Browser.Screen.DESK, "en")) {
      // The site's page came from a server of its own before the name was turned round.
      browser.ignorePolicies(true);
      browser.go(own + "/health/live");
      Object statuses =
          browser.later(
              "const statuses = []; for (const [path, options] of ["
                  + String.join(", ", requests)
                  + "]) statuses.push((await fetch('"
                  + own
                  + uri.getPath()
                  + "' + path, options)).status); return statuses;");
      assertThat(statuses).isInstanceOf(List.class);
      return List.copyOf((List<?>) statuses);
    }
  }

  private static String read(String address) throws Exception {
    HttpResponse<String> answer =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create(address)).build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(200);
    return answer.body();
  }
}

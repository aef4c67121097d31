package io.pairstream.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.drawing.DrawnPairs;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who comes to the platform with a browser: a person with pictures, and a page that means harm. */
@Tag("full")
class ContributionTest extends PageTest {

  private static final String REGISTRY_JSON = "application/vnd.schemaregistry.v1+json";

  @TempDir private static Path folder;

  private static RunningPlatform platform;

  @BeforeAll
  static void start() throws IOException {
    platform = RunningPlatform.start(folder.resolve("data"));
  }

  @AfterAll
  static void stop() {
    platform.close();
  }

  @Test
  void whatAPersonSendsIsJudgedAndReportedThoughTheIngestApiIsKilled() throws Exception {
    DrawnPairs pairs = new DrawnPairs(33, 0.0);
    Path small = folder.resolve("small.png");
    ImageIO.write(new BufferedImage(48, 40, BufferedImage.TYPE_INT_RGB), "png", small.toFile());
    Browser browser = desk();
    browser.visit(platform.address("ingest_url"));
    browser.choose("#files", file(pairs, 0), small);
    browser.type("#draft-list li:first-child textarea", caption(pairs, 0));
    browser.type("#draft-list li:last-child textarea", "A very small picture.");
    browser.click("#send");
    browser.awaitText("#sent-list li:first-child", "Accepted");
    browser.awaitText("#sent-list li:last-child", "Rejected");
    assertThat(browser.text("#sent-list li:last-child"))
        .contains("40 px", "200 px", "Send the image in a higher resolution.");

    browser.choose("#files", file(pairs, 1));
    browser.type("#draft-list textarea", caption(pairs, 1));
    platform.whileAway(
        "ingest",
        () -> {
          browser.click("#send");
          browser.awaitText("#connection", "The connection is lost.");
        });

    browser.awaitText("#connection", "Connected again.");
    browser.awaitText("#sent-list li:first-child", "Accepted");
    platform.awaitAllDecided();
    assertThat(platform.audit().inputs()).isEqualTo(3);
    assertThat(platform.audit().details()).isEmpty();
  }

  /**
   * A hostile site whose name points to this machine gets nothing but refusals of all that listens
   * there.
   */
  @Test
  void aSiteUnderANameOfItsOwnReachesNoService() {
    String registry = platform.address("schema_registry");
    String versions = "/subjects/pairs.crowdsourced-value/versions";
    String config = "/config/pairs.crowdsourced-value";
    String before = Http.get(registry + versions).body() + Http.get(registry + config).body();

    List<Object> statuses = new ArrayList<>();
    statuses.addAll(
        asRebound(
            registry,
            request("/subjects", "GET", ""),
            request(config, "PUT", "{compatibility: 'NONE'}"),
            request("/config", "PUT", "{compatibility: 'NONE'}"),
            request(versions, "POST", "{schema: '\"string\"'}"),
            request("/subjects/pairs.crowdsourced-value?permanent=true", "DELETE", "")));
    for (String service : List.of("ingest_url", "dashboard_url")) {
      statuses.addAll(
          asRebound(
              platform.address(service),
              request("/health/live", "GET", ""),
              request("/openapi.json", "GET", "")));
    }

    assertThat(statuses).hasSize(9).containsOnly(403L);
    assertThat(Http.get(registry + versions).body() + Http.get(registry + config).body())
        .isEqualTo(before);
  }

  private static String request(String path, String method, String body) {
    String sent =
        body.isEmpty()
            ? ""
            : ", body: JSON.stringify(%s), headers: {'Content-Type': '%s'}"
                .formatted(body, REGISTRY_JSON);
    return "['%s', {method: '%s'%s}]".formatted(path, method, sent);
  }

  /** Answers that a page of the site sees to requests to an address under the site's name. */
  private static List<?> asRebound(String address, String... requests) {
    URI uri = URI.create(address);
    String own = "http://" + Browser.REBOUND_NAME + ":" + uri.getPort();
    try (Browser browser = Browser.open(Browser.Screen.DESK, "en")) {
      // The site's page came from a server of its own before the name was turned round.
      browser.ignorePolicies(true);
      browser.go(own + "/health/live");
      Object statuses =
          browser.later(
              """
              const statuses = [];
              for (const [path, options] of [%s]) statuses.push((await fetch('%s' + path, options)).status);
              return statuses;
              """
                  .formatted(String.join(", ", requests), own + uri.getPath()));
      return (List<?>) statuses;
    }
  }

  private static Path file(DrawnPairs pairs, long index) throws IOException {
    return Files.write(
        folder.resolve("picture-" + index),
        RunningPlatform.image(RunningPlatform.submitted(pairs, index)));
  }

  private static String caption(DrawnPairs pairs, long index) {
    return RunningPlatform.submitted(pairs, index).getCaption();
  }
}

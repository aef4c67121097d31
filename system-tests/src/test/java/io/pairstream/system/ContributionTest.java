package io.pairstream.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.pairstream.drawing.DrawnPair;
import io.pairstream.drawing.DrawnPairs;
import io.pairstream.ingest.publish.NewPair;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/** A person's pictures on their whole way: page, ingest API, Kafka, topology, and back. */
@Tag("full")
@Timeout(1800)
class ContributionTest {

  @TempDir private Path folder;

  @Test
  void whatAPersonSendsIsJudgedAndToldThoughTheIngestApiIsKilled() throws Exception {
    DrawnPairs pairs = new DrawnPairs(33, 0.0);
    Path small = folder.resolve("small.png");
    ImageIO.write(new BufferedImage(48, 40, BufferedImage.TYPE_INT_RGB), "png", small.toFile());
    try (Browser browser = Browser.open(Browser.Screen.DESK, "en");
        RunningPlatform platform = RunningPlatform.start(folder.resolve("data"), "demo")) {
      browser.visit(ingestApi(platform));
      browser.tabTo("#files");
      browser.choose("#files", file(pairs, 0), small);
      browser.await(
          "the words have the focus",
          () -> browser.isFocused("#draft-list li:first-child textarea"));
      browser.press(caption(pairs, 0));
      browser.press(Keys.TAB);
      browser.tabTo("#draft-list li:last-child textarea");
      browser.press("A very small picture.");
      browser.tabTo("#send");
      browser.press(Keys.ENTER);
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
      // Away it refuses connections, and back it answers 503 until it has seen its topics.
      assertThat(browser.complaints())
          .allMatch(
              complaint ->
                  complaint.contains("ERR_CONNECTION")
                      || complaint.contains("ERR_INCOMPLETE")
                      || complaint.contains("503 (Service Unavailable)"));
    }
  }

  private static String ingestApi(RunningPlatform platform) throws IOException {
    return new JsonMapper()
        .readTree(platform.data().resolve("platform.json").toFile())
        .get("ingest_url")
        .asText();
  }

  private Path file(DrawnPairs pairs, long index) throws IOException {
    NewPair pair = pair(pairs, index);
    byte[] bytes = new byte[pair.image().remaining()];
    pair.image().duplicate().get(bytes);
    return Files.write(folder.resolve("picture-" + index), bytes);
  }

  private static String caption(DrawnPairs pairs, long index) {
    return pair(pairs, index).caption();
  }

  private static NewPair pair(DrawnPairs pairs, long index) {
    return ((DrawnPair.Content.Submitted) pairs.at(index).content()).pair();
  }
}

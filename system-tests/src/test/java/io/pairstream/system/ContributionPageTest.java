package io.pairstream.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.service.http.Problem;
import io.pairstream.service.http.ProblemKind;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/** The contribution page in a real browser, as people use it. */
class ContributionPageTest extends PageTest {

  private static final String TOO_SMALL =
      """
      {"reason": "IMAGE_TOO_SMALL", "says": "48x40: shorter side is below 64 px",
       "measurement": {"measure": "shorter_side_px", "value": 40, "bound": "AT_LEAST",
                       "limit": 64, "unit": "px"},
       "remedy": "Send the image in a higher resolution."}
      """;

  @TempDir private Path folder;

  private ScriptedIngest server;

  @BeforeEach
  void open() throws IOException {
    server = using(ScriptedIngest.open());
  }

  @Test
  void aPersonWithAKeyboardAloneSendsTwoPicturesAndReadsWhatBecameOfThem() throws Exception {
    Browser browser = deskAt(server.address());

    browser.tabTo("#files");
    browser.choose("#files", picture("good.png", 320, 240), picture("small.png", 48, 40));
    browser.await(
        "the first caption has the focus",
        () -> browser.isFocused("#draft-list li:first-child textarea"));
    browser.press("A red square on a blue ground.");
    browser.press(Keys.TAB);
    browser.tabTo("#draft-list li:last-child textarea");
    browser.press("A tiny square.");
    browser.tabTo("#send");
    browser.press(Keys.ENTER);

    browser.await("the result has the focus", () -> browser.isFocused("#sent-title"));
    browser.await("both are received", () -> server.sent().size() == 2);
    server.decide("A red square on a blue ground.", "TRAINING", "{}");
    server.decide("A tiny square.", "QUARANTINED", TOO_SMALL);
    browser.awaitText("#sent-list li:first-child", "Accepted for training");
    browser.awaitText("#sent-list li:last-child", "Rejected");
    assertThat(browser.text("#sent-list li:last-child"))
        .contains(
            "shorter side is below 64 px",
            "40 px",
            "at least 64 px",
            "Send the image in a higher resolution.");
    assertThat(announced(browser))
        .contains("A red square on a blue ground.: Accepted", "A tiny square.: Rejected");
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void whatCannotBeSentLeavesTheFormAndIsNamedBelowItUntilMoreIsAdded() throws Exception {
    Browser browser = deskAt(server.address());
    browser.choose("#files", picture("good.png", 320, 240), text("page.png"));
    browser.type("#draft-list textarea", "A red square on a blue ground.");
    browser.click("#send");

    browser.awaitText("#left-out", "page.png");
    assertThat(browser.isVisible("#drafts")).isFalse();
    assertThat(browser.texts("#sent-list li")).hasSize(1);
    browser.choose("#files", picture("next.png", 320, 240));
    browser.await("a draft", () -> browser.texts("#draft-list li").size() == 1);
    assertThat(browser.text("#left-out")).isEmpty();
  }

  @Test
  @Tag("full")
  void aPersonWhoReadsChineseIsSpokenToInChineseAndMaySwitch() throws Exception {
    Browser browser = chinese();
    browser.visit(server.address());
    assertThat(browser.script("return document.documentElement.lang")).isEqualTo("zh");

    browser.choose("#files", picture("small.png", 48, 40));
    browser.type("#draft-list textarea", "一个很小的红色方块。");
    browser.click("#send");
    server.decide("一个很小的红色方块。", "QUARANTINED", TOO_SMALL);

    browser.awaitText("#sent-list", "被退回");
    assertThat(browser.text("#sent-list")).contains("图片太小", "40 px", "至少 64 px", "请发送分辨率更高的图片。");
    assertThat(browser.text("#sent-list")).doesNotContain("shorter side");
    browser.click("[data-language=en]");
    browser.awaitText("#sent-list", "shorter side is below 64 px");
    browser.reload();
    assertThat(browser.script("return document.documentElement.lang")).isEqualTo("en");
  }

  @OnEveryScreen
  void nothingStandsInTheWayOfPeople(Browser.Screen screen, String language, String colours)
      throws Exception {
    Browser browser = using(Browser.open(screen, language));
    browser.prefer(colours);
    browser.visit(server.address());
    requireFree(browser, language);

    browser.choose(
        "#files", picture("good.png", 320, 240), picture("small.png", 48, 40), text("page.png"));
    browser.await("three drafts", () -> browser.texts("#draft-list li").size() == 3);
    browser.click("#send");
    browser.await("the words are asked for", () -> browser.isVisible(".words-wrong"));
    requireFree(browser, language);

    browser.type("#draft-list li:nth-child(1) textarea", "A red square on a blue ground.");
    browser.type(
        "#draft-list li:nth-child(2) textarea",
        "Averylongwordwithoutanyspaceinitthatwouldmakeaphonescrollsidewaysifnobodyhadthoughtofit");
    browser.click("#send");
    browser.await("both are received", () -> server.sent().size() == 2);
    requireFree(browser, language);

    server.decide("A red square on a blue ground.", "TRAINING", "{}");
    server.decide(
        server.sent().stream()
            .map(ScriptedIngest.Sent::caption)
            .filter(c -> c.startsWith("Avery"))
            .findFirst()
            .orElseThrow(),
        "QUARANTINED",
        TOO_SMALL);
    browser.await("one is rejected", () -> browser.isVisible("#sent-list [data-kind=bad]"));
    requireFree(browser, language);
  }

  @Test
  @Tag("full")
  void nothingThatPeopleOrTheServiceWriteRunsAsCode() throws Exception {
    Browser browser = deskAt(server.address());

    Path named =
        Files.copy(
            picture("good.png", 320, 240),
            folder.resolve("<img src=x onerror=window.trapped=1>\"'.png"));
    browser.choose("#files", TRAPS.stream().map(trap -> named).toArray(Path[]::new));
    browser.await("all are there", () -> browser.texts("#draft-list li").size() == TRAPS.size());
    for (int i = 0; i < TRAPS.size(); i++) {
      browser.script(
          "const area = document.querySelectorAll('#draft-list textarea')[arguments[0]];"
              + "area.value = arguments[1]; area.dispatchEvent(new Event('input'))",
          i,
          TRAPS.get(i));
    }
    for (String trap : TRAPS) {
      String text = Http.JSON.getNodeFactory().textNode(trap).toString();
      String all =
          """
          {"reason": TRAP, "says": TRAP, "remedy": TRAP,
           "measurement": {"found": TRAP, "allowed": TRAP}}
          """;
      server.decide(trap, "QUARANTINED", all.replace("TRAP", text));
    }
    // What has not been looked at yet would stay behind.
    browser.awaitText("#send", "Send " + TRAPS.size() + " pairs");
    browser.click("#send");

    browser.await(
        "all are rejected",
        () -> browser.texts("#sent-list [data-kind=bad]").size() == TRAPS.size());
    assertThat(browser.texts("#sent-list .caption")).containsExactlyElementsOf(TRAPS);
    requireUntrapped(browser);
    assertThat(server.sent())
        .allSatisfy(sent -> assertThat(sent.body()).doesNotContain("window.trapped=1>\"'.png"));
  }

  @Test
  @Tag("full")
  void whatCannotBeTakenIsSaidBeforeAnythingIsSent() throws Exception {
    Browser browser = deskAt(server.address());
    byte[] large = new byte[8 * 1024 * 1024 + 1];
    System.arraycopy(Files.readAllBytes(picture("good.png", 8, 8)), 0, large, 0, 40);

    browser.choose("#files", Files.write(folder.resolve("large.png"), large), text("page.jpg"));

    browser.awaitText("#draft-list li:first-child", "This file has 8.1 MiB; the limit is 8 MiB.");
    browser.awaitText("#draft-list li:last-child", "Choose a JPEG, PNG, WebP or GIF file.");
    assertThat(browser.isVisible("#send")).isFalse();
    assertThat(server.sent()).isEmpty();
  }

  @Test
  @Tag("full")
  void aServiceThatWasAwayGetsThePairOnceMore() throws Exception {
    Browser browser = deskAt(server.address());
    browser.choose("#files", picture("good.png", 320, 240));
    browser.type("#draft-list textarea", "A red square.");
    server.refuseNext(Problem.of(ProblemKind.KAFKA_UNAVAILABLE, "later").retryAfter(1));
    browser.click("#send");
    browser.await("it is sent again", () -> server.sent().size() == 2);
    browser.awaitText("#sent-list", "Received");

    int port = server.interrupt();
    browser.awaitText("#connection", "The connection is lost.");
    server.decide("A red square.", "TRAINING", "{}");
    server.open(port);

    browser.awaitText("#sent-list", "Accepted");
    browser.awaitText("#connection", "Connected again.");
    assertThat(server.sent())
        .extracting(ScriptedIngest.Sent::caption)
        .containsExactly("A red square.", "A red square.");
  }

  @Test
  @Tag("full")
  void aReloadFindsWhatWasSentAndKeepsNoPictures() throws Exception {
    Browser browser = deskAt(server.address());
    browser.choose("#files", picture("good.png", 320, 240));
    browser.type("#draft-list textarea", "A red square.");
    browser.click("#send");
    browser.awaitText("#sent-list", "Received");

    browser.reload();

    browser.awaitText("#sent-list", "A red square.");
    browser.awaitText("#sent-list", "Received");
    server.decide("A red square.", "VALIDATION", "{}");
    browser.awaitText("#sent-list", "held out for validation");
    String kept = String.valueOf(browser.script("return JSON.stringify({...localStorage})"));
    assertThat(kept)
        .contains(String.format("%032x", 1))
        .doesNotContain("square")
        .hasSizeLessThan(400);
    browser.click("#forget");
    assertThat(browser.isVisible("#sent")).isFalse();
    assertThat(browser.script("return localStorage.getItem('pairstream.pairs')")).isNull();
  }

  @Test
  @Tag("full")
  void aPairThatIsRejectedForItsWordsIsMendedAndSentAnew() throws Exception {
    Browser browser = deskAt(server.address());
    browser.choose("#files", picture("good.png", 320, 240));
    browser.type("#draft-list textarea", "dog.jpg");
    server.decide(
        "dog.jpg",
        "QUARANTINED",
        """
        {"reason": "CAPTION_IS_FILE_NAME", "says": "It is a file's name.", "remedy": "Describe it."}
        """);
    server.decide("A red dog.", "TRAINING", "{}");
    browser.click("#send");

    browser.awaitText("#sent-list", "Rejected");
    browser.click("#sent-list .change");
    browser.one("#draft-list textarea").clear();
    browser.type("#draft-list textarea", "A red dog.");
    browser.click("#send");

    browser.awaitText("#sent-list", "Accepted");
    assertThat(server.sent())
        .extracting(ScriptedIngest.Sent::caption)
        .containsExactly("dog.jpg", "A red dog.");
  }

  @Test
  @Tag("full")
  void aServiceThatWantsAKeyAsksForItAndThePageKeepsItOutOfEveryAddress() throws Exception {
    server = using(ScriptedIngest.withKey());
    Browser browser = deskAt(server.address());
    browser.await("the key is asked for", () -> browser.isFocused("#key"));
    requireFree(browser, "asked for a key");

    browser.press("psk_wrong", Keys.ENTER);
    browser.awaitText("#access-wrong", "This key was not accepted");
    browser.press(ScriptedIngest.KEY, Keys.ENTER);
    browser.await("the form is gone", () -> !browser.isVisible("#access"));
    browser.choose("#files", picture("good.png", 320, 240));
    browser.type("#draft-list textarea", "A red square.");
    server.decide("A red square.", "TRAINING", "{}");
    browser.click("#send");

    browser.awaitText("#sent-list", "Accepted");
    assertThat(browser.text("footer")).contains("Sending as reader.");
    assertThat(
            String.valueOf(
                browser.script(
                    "return performance.getEntries().map(e => e.name).join(' ') + location.href"
                        + " + JSON.stringify({...localStorage}) + document.cookie")))
        .contains("/v1/pairs")
        .doesNotContain("psk_");
  }

  /** A red square on blue. */
  private Path picture(String name, int widthPx, int heightPx) throws IOException {
    BufferedImage image = new BufferedImage(widthPx, heightPx, BufferedImage.TYPE_INT_RGB);
    Graphics2D pen = image.createGraphics();
    pen.setColor(new Color(60, 90, 160));
    pen.fillRect(0, 0, widthPx, heightPx);
    pen.setColor(new Color(190, 60, 50));
    pen.fillRect(widthPx / 4, heightPx / 4, widthPx / 2, heightPx / 2);
    pen.dispose();
    Path file = folder.resolve(name);
    ImageIO.write(image, "png", file.toFile());
    return file;
  }

  /** A web page that is named like a picture. */
  private Path text(String name) throws IOException {
    return Files.writeString(folder.resolve(name), "<!doctype html><p>not a picture</p>");
  }
}

package io.pairstream.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.ingest.publish.NewPair;
import io.pairstream.ingest.publish.PairPublisher;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.SourceKind;
import io.pairstream.schemas.topics.Topic;
import io.pairstream.service.http.Scope;
import io.pairstream.service.keys.KeyIssuer;
import io.pairstream.service.keys.NewKey;
import io.pairstream.service.keys.Rates;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/**
 * What operators come to the page for, in a real browser before the whole platform at work: which
 * producer broke, put these forty back, why is the trainer starving. The pictures of the guide are
 * taken on the way, where somebody asks for them.
 */
@Tag("full")
class DashboardTasksTest extends PageTest {

  /** A folder into which the pictures of the guide are written; without it none are. */
  private static final Optional<Path> PICTURES =
      Optional.ofNullable(System.getProperty("pairstream.docs.images")).map(Path::of);

  private static final Duration SOON = Duration.ofMinutes(4);

  private static final String FORTY =
      "/#/quarantine?reason=IMAGE_TOO_SMALL&source=IMPORTED&contributor=harbour-archive";

  private static final int BROKEN = 36;
  private static final int TOO_SMALL = 40;
  private static final int OTHERS = 14;
  private static final int STEADY_PER_SECOND = 5;

  /** What would run if anybody took it for more than words. */
  private static final String HOSTILE = "</script><img src=x onerror=alert(1)> '; --";

  /** What stands behind a caption of which the model reads the beginning only. */
  private static final String MUCH_MORE =
      " The photograph was taken early in the morning, before anybody else had come: the light is"
          + " still low and a little golden, long shadows lie to the left of each thing, and far"
          + " behind everything a pale band of mist hides where the ground ends. Whoever looks"
          + " longer finds small matters at the edges, a glove that somebody forgot, two sparrows,"
          + " the corner of a newspaper, a crooked sign with faded letters, tyre marks, an open"
          + " window on the upper floor with one curtain drawn, and in the glass of that window a"
          + " reflection of the photographer, who wears a dark hat, holds the camera with both"
          + " hands and seems to smile about how quiet such a busy place may be at six o'clock.";

  @TempDir private Path folder;

  private final AtomicInteger number = new AtomicInteger();
  private Photographs photographs;
  private RunningPlatform platform;
  private PairPublisher crowd;
  private PairPublisher web;
  private String address;

  @BeforeEach
  void start() throws IOException {
    photographs = Photographs.open();
    platform = using(RunningPlatform.start(folder.resolve("data"), "demo"));
    address = platform.address("dashboard_url");
    ClusterAccess cluster = new ClusterAccess(platform.cluster());
    crowd = using(publisher(cluster, cluster.topics().crowdsourced()));
    web = using(publisher(cluster, cluster.topics().scraped()));
  }

  @Test
  void threeTasksOfAnOperator() throws Exception {
    String key = reviewersKey();
    publishTheStory();
    ScheduledExecutorService steady = publishSteadily();
    Process trainer = startTrainer();
    Browser browser = desk();

    findWhichProducerBroke(browser);
    takePictures(browser);
    putFortyBack(browser, key);
    giveOneAnotherCaption(browser);
    findWhyTheTrainerStarves(browser);

    steady.shutdown();
    assertThat(steady.awaitTermination(5, TimeUnit.MINUTES)).isTrue();
    platform.awaitAllDecided();
    assertThat(platform.audit().details()).isEmpty();
    assertThat(trainer.isAlive())
        .as(() -> "the trainer has gone through all of it: " + lastWords())
        .isTrue();
  }

  private void findWhichProducerBroke(Browser browser) {
    browser.visit(address + "/#/quarantine");
    String cell = ".matrix [data-reason=CAPTION_IS_FILE_NAME][data-source=CROWDSOURCED]";
    // All of them, so that no cell moves from under the pointer.
    awaitAnew(
        browser,
        "all that is turned away is on the board",
        () -> browser.text(".lead").contains(": " + (BROKEN + TOO_SMALL + OTHERS) + ";"));
    assertThat(browser.text(cell)).startsWith(BROKEN + "");

    browser.click(cell);

    browser.awaitText("#sheet-title", "The caption is a file's name · Crowd");
    browser.awaitText(".producers", "phone-app " + BROKEN);
    browser.click("#nav [data-view=profile]");
    browser.awaitText(".producers-table tbody tr:first-child", "harbour-archive");
    browser.awaitText(".producers-table tbody tr:nth-child(2)", "phone-app");
    assertThat(browser.complaints()).isEmpty();
  }

  private void putFortyBack(Browser browser, String key) throws IOException {
    browser.prefer("light");
    browser.visit(address + FORTY);
    browser.awaitText("#choose-all", "Choose all " + TOO_SMALL);
    logIn(browser, key);
    browser.click("#choose-all");
    browser.click("[data-decision=ACCEPTED]");
    browser.type("#review-comment", "Eight pixels do not matter here.");
    awaitPictures(browser);
    keepScreen(browser, "review");
    browser.click("#review-form .primary");

    browser.awaitText("#review-title", TOO_SMALL + " decided");
    browser.click("#review-close");
    awaitAnew(
        browser,
        "they have left the board",
        () -> browser.texts(".more .tally").contains("No pair is left here."));
    browser.visit(address + "/#/pairs?contributor=harbour-archive");
    browser.awaitText(".tally", "Pairs: " + TOO_SMALL + ", the newest first");
    assertThat(browser.texts(".pair-row .chip")).doesNotContain("Rejected");
    browser.click(".pair-row-caption");
    browser.awaitText("#pair-reviews", "Eight pixels do not matter here.");
    browser.visit(address + "/#/actions");
    browser.awaitText(".actions tbody", "Reviewed");
    assertThat(browser.complaints()).isEmpty();
  }

  private void giveOneAnotherCaption(Browser browser) {
    browser.visit(address + "/#/quarantine?reason=CAPTION_TOO_SHORT&source=SCRAPED");
    browser.awaitText("#choose-all", "Choose all 9");
    browser.script(
        "document.querySelector('.tile:first-child input').scrollIntoView({block: 'center'})");
    browser.click(".tile:first-child input");
    browser.click("[data-decision=RECAPTIONED]");
    browser.await("the caption has the focus", () -> browser.isFocused("#review-caption"));
    browser.press(Keys.chord(Keys.CONTROL, "a"));
    browser.press("what a person says this picture shows");
    browser.type("#review-comment", HOSTILE);
    browser.click("#review-form .primary");

    browser.awaitText("#review-title", "1 decided");
    browser.click("#review-close");
    browser.visit(address + "/#/pairs?q=what+a+person+says+this+picture+shows");
    awaitAnew(
        browser, "the new pair is there", () -> !browser.texts(".pair-row-caption").isEmpty());
    browser.click(".pair-row-caption");
    browser.awaitText("#pair-reviews", HOSTILE);
    assertThat(browser.text(".pair-head .chip")).isIn("Training", "Validation", "Test");
    assertThat(browser.complaints()).isEmpty();
  }

  private void findWhyTheTrainerStarves(Browser browser) throws Exception {
    long preprocess = platform.pid("preprocess");
    Signals.send("STOP", preprocess);
    try {
      browser.visit(address + "/#/overview");
      browser.await(
          "the page says that preprocessing stands still",
          SOON,
          () ->
              browser.text(".banner").matches("(?s).*(STALL|STOP).*(crowdsourced|scraped)-\\d.*"));
      browser.awaitText("#trainer", "starves");
      assertThat(browser.text(".group-list li:first-child")).contains("pairs-preprocess");
      takePicturesOfTheFault(browser);

      browser.tabTo(".group a[href*='pairs-preprocess']");
      browser.press(Keys.ENTER);

      browser.awaitText(".detail", "pairs-preprocess");
      browser.await("the record at the head is shown", () -> browser.isVisible("#head"));
      browser.await(
          "its picture is shown",
          () ->
              Boolean.TRUE.equals(
                  browser.script(
                      "return document.querySelector('.head-picture img')?.naturalWidth > 0")));
      keep(browser, "lag-light");
    } finally {
      Signals.send("CONT", preprocess);
    }
    browser.visit(address + "/#/overview");
    browser.await(
        "it goes on",
        SOON,
        () -> List.of("OK", "IDLE", "BEHIND").contains(browser.text(".banner-word")));
    assertThat(browser.complaints()).isEmpty();
  }

  /* ---- What happens on the platform ---- */

  private void publishTheStory() {
    for (int i = 0; i < 90; i++) {
      publish(good(i % 3 == 0 ? "garden-club" : i % 3 == 1 ? "museum" : ""));
    }
    for (int i = 0; i < TOO_SMALL; i++) {
      int next = number.getAndIncrement();
      publish(
          pair(
              next,
              photographs.small(next, 192),
              photographs.caption(next),
              SourceKind.IMPORTED,
              "harbour-archive",
              ""));
    }
    for (int i = 0; i < BROKEN; i++) {
      int next = number.getAndIncrement();
      String name = "IMG_" + (2041 + i) + ".jpg";
      publish(
          pair(
              next,
              photographs.jpeg(next),
              name,
              SourceKind.CROWDSOURCED,
              "phone-app",
              "https://phone.example/" + name));
    }
    for (int i = 0; i < OTHERS; i++) {
      int next = number.getAndIncrement();
      byte[] file =
          i < 5
              ? "<!doctype html><title>Not found</title>"
                  .repeat(20)
                  .getBytes(StandardCharsets.UTF_8)
              : photographs.jpeg(next);
      String caption =
          i < 5 ? photographs.caption(next) + " " + i : List.of("nice", "wow").get(i % 2);
      publish(pair(next, file, caption, SourceKind.SCRAPED, "", photographs.url(next)));
    }
    int longest = number.getAndIncrement();
    publish(
        pair(
            longest,
            photographs.jpeg(longest),
            "  " + photographs.caption(longest) + " &amp;" + MUCH_MORE,
            SourceKind.IMPORTED,
            "museum",
            ""));
  }

  /** New pairs come all the time, as they do. */
  private ScheduledExecutorService publishSteadily() {
    ScheduledExecutorService steady = Executors.newSingleThreadScheduledExecutor();
    var unused =
        steady.scheduleAtFixedRate(
            () -> publish(good(number.get() % 2 == 0 ? "garden-club" : "museum")),
            0,
            1_000 / STEADY_PER_SECOND,
            TimeUnit.MILLISECONDS);
    using(steady::shutdownNow);
    return steady;
  }

  /**
   * @param contributor empty for a pair of the web
   */
  private NewPair good(String contributor) {
    int next = number.getAndIncrement();
    SourceKind kind =
        contributor.isEmpty()
            ? SourceKind.SCRAPED
            : contributor.equals("museum") ? SourceKind.IMPORTED : SourceKind.CROWDSOURCED;
    return pair(
        next,
        photographs.jpeg(next),
        photographs.chinese(next).orElseGet(() -> photographs.caption(next)),
        kind,
        contributor,
        contributor.isEmpty() ? photographs.url(next) : "");
  }

  private NewPair pair(
      int next, byte[] jpeg, String caption, SourceKind kind, String contributor, String url) {
    boolean isChinese = photographs.chinese(next).filter(caption::equals).isPresent();
    return new NewPair(
        ByteBuffer.wrap(jpeg),
        caption,
        isChinese ? "zh" : "en",
        kind,
        contributor,
        url,
        photographs.licence(next),
        "image/jpeg",
        Map.of());
  }

  private void publish(NewPair pair) {
    (pair.sourceKind() == SourceKind.SCRAPED ? web : crowd).publish(pair).join();
  }

  private Process startTrainer() throws IOException {
    Process trainer =
        new ProcessBuilder(
                RunningPlatform.command(
                    "feed",
                    "--data-dir",
                    platform.data().toString(),
                    "--batch-size",
                    "8",
                    "--json"))
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("feed.log").toFile())
            .start();
    using(
        () -> {
          trainer.destroy();
          assertThat(trainer.waitFor(5, TimeUnit.MINUTES)).isTrue();
        });
    return trainer;
  }

  private String lastWords() {
    try {
      List<String> lines = Files.readAllLines(folder.resolve("feed.log"));
      return String.join("\n", lines.subList(Math.max(0, lines.size() - 5), lines.size()));
    } catch (IOException e) {
      return "no log: " + e;
    }
  }

  private static PairPublisher publisher(ClusterAccess cluster, Topic<String, RawPair> topic) {
    return PairPublisher.open(
        topic, cluster.registry(), cluster.clientSettings(), Clock.systemUTC());
  }

  private String reviewersKey() {
    ClusterAccess cluster = new ClusterAccess(platform.cluster());
    try (KeyIssuer issuer =
        KeyIssuer.open(
            cluster.topics().apiKeys(),
            cluster.registry(),
            cluster.clientSettings(),
            Clock.systemUTC())) {
      return issuer
          .create(new NewKey("anna", Set.of(Scope.REVIEW), Rates.UNSAID, Instant.MAX))
          .text()
          .reveal();
    }
  }

  /* ---- The person ---- */

  private static void logIn(Browser browser, String key) {
    browser.click("#login");
    browser.await("the key is asked for", () -> browser.isFocused("#login-key"));
    browser.press(key, Keys.ENTER);
    browser.await("somebody is logged in", () -> browser.isVisible("#logout"));
  }

  /** Loads the page again until it shows what is waited for. */
  private static void awaitAnew(Browser browser, String what, BooleanSupplier condition) {
    browser.await(
        what,
        () -> {
          if (condition.getAsBoolean()) {
            return true;
          }
          browser.reload();
          browser.await("the view is there", () -> !browser.isVisible(".skeleton"));
          return condition.getAsBoolean();
        });
  }

  /* ---- Pictures of the guide ---- */

  private void takePictures(Browser browser) throws IOException {
    if (PICTURES.isEmpty()) {
      return;
    }
    browser.visit(address + "/#/pairs?q=photographer+sparrows+morning");
    awaitAnew(
        browser, "the long one is there", () -> !browser.texts(".pair-row-caption").isEmpty());
    browser.click(".pair-row-caption");
    browser.await("the card is there", () -> browser.isVisible("#pair-facts"));
    String longest = String.valueOf(browser.script("return location.hash"));
    browser.visit(address + FORTY);
    browser.click(".tile:nth-child(3) a");
    browser.await("the card is there", () -> browser.isVisible("#pair-facts"));
    String turnedAway = String.valueOf(browser.script("return location.hash"));
    browser.prefer("light");
    look(browser, "/#/overview");
    browser.await(
        "pairs flow, and all is well",
        () -> browser.isVisible(".graph") && browser.text(".banner-word").equals("OK"));
    keepScreen(browser, "overview-light");
    look(browser, "/" + longest);
    keep(browser, "pair-light");
    look(browser, "/#/quarantine?reason=CAPTION_IS_FILE_NAME&source=CROWDSOURCED");
    keepScreen(browser, "quarantine-light");
    look(browser, "/#/profile");
    keep(browser, "profile-light");
    browser.prefer("dark");
    look(browser, "/" + turnedAway);
    keep(browser, "pair-turned-away-dark");
  }

  private void takePicturesOfTheFault(Browser browser) throws IOException {
    if (PICTURES.isEmpty()) {
      return;
    }
    browser.prefer("dark");
    keep(browser, "overview-dark");
    browser.prefer("light");
    try (Browser phone = Browser.open(Browser.Screen.HAND, "en-GB")) {
      phone.prefer("light");
      phone.visit(address);
      phone.await("the topology is there", () -> phone.isVisible(".graph"));
      keepScreen(phone, "phone");
    }
  }

  /** Looks at a view in a page that is loaded anew: what is there is not from the view before. */
  private void look(Browser browser, String view) {
    browser.visit(address + view);
    browser.reload();
    browser.await("it is there", () -> !browser.isVisible(".skeleton"));
    awaitPictures(browser);
  }

  private static void awaitPictures(Browser browser) {
    browser.await(
        "its pictures are there",
        () ->
            Boolean.TRUE.equals(
                browser.script(
                    "return [...document.images].filter(image => {"
                        + " const at = image.getBoundingClientRect();"
                        + " return at.top < innerHeight && at.bottom > 0; })"
                        + ".every(image => image.complete)")));
  }

  private static void keep(Browser browser, String name) throws IOException {
    if (PICTURES.isPresent()) {
      browser.keep(file(name));
    }
  }

  private static void keepScreen(Browser browser, String name) throws IOException {
    if (PICTURES.isPresent()) {
      browser.keepScreen(file(name));
    }
  }

  private static Path file(String name) throws IOException {
    return Files.createDirectories(PICTURES.orElseThrow()).resolve("dashboard-" + name + ".png");
  }
}

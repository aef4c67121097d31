package io.pairstream.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.drawing.DrawnPairs;
import io.pairstream.testing.Await;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

/**
 * Questions that operators bring to their page, in a real browser before the whole platform: which
 * producer broke, put these forty back, why the trainer starves.
 */
@Tag("full")
class OperatorsTest extends StoryTest {

  private static final String FORTY =
      "#/quarantine?reason=IMAGE_TOO_SMALL&source=IMPORTED&contributor=harbour-archive";
  private static final String WORDLESS = "#/quarantine?reason=CAPTION_TOO_SHORT&source=SCRAPED";

  @Test
  void aPersonFindsWhichProducerBroke() throws Exception {
    Browser browser = desk();
    String cell = ".matrix [data-reason=CAPTION_IS_FILE_NAME][data-source=CROWDSOURCED]";
    visitUntil(browser, "#/quarantine", () -> browser.texts(cell).toString().contains("60"));

    browser.click(cell);

    browser.awaitText("#sheet-title", "The caption is a file name · Crowd");
    browser.awaitText(".producers", "phone-app 50");
    browser.awaitText(".more .tally", "50 of 60");
    browser.click("#more");
    browser.await("the rest is there", () -> browser.texts(".tile").size() == 60);
    assertThat(browser.isFocused(".tile:nth-child(51) input")).isTrue();
    browser.click("#nav [data-view=profile]");
    browser.awaitText(".producers-table tbody tr", "phone-app");
    browser.click(".producers-table a[href*=phone-app]");
    browser.awaitText("#sheet-title", "The caption is a file name · phone-app");
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void fortyPairsArePutBackAndTheKeyIsKeptNowhere() throws Exception {
    Browser browser = desk();
    visitUntil(
        browser, FORTY, () -> browser.texts("#choose-all").toString().contains("Choose all 40"));
    assertThat(browser.text(".why-off")).contains("a key with the review scope");
    browser.click("#choose-all");
    browser.click("[data-decision=ACCEPTED]");
    assertThat(browser.isVisible("dialog")).isFalse();

    logIn(browser);
    browser.awaitText(".chosen", "40 chosen");
    browser.click("[data-decision=ACCEPTED]");
    browser.click("#review-form .primary");
    browser.awaitText("#review-comment-wrong", "Say why");
    browser.type("#review-comment", "Eight pixels do not matter here.");
    browser.click("#review-form .primary");

    browser.awaitText("#review-title", "40 decided");
    browser.click("#review-close");
    browser.awaitText(".tile:last-child .outcome", "Accepted");
    visitUntil(
        browser,
        "#/pairs?contributor=harbour-archive",
        () -> !browser.texts(".pair-row .chip").contains("Rejected"));
    browser.awaitText(".tally", "40");
    browser.click(".pair-row-caption");
    browser.awaitText("#pair-reviews", "Eight pixels do not matter here.");
    visit(browser, "#/actions");
    browser.awaitText(".actions tbody", "ACCEPTED: Eight pixels do not matter here.");
    assertThat(
            browser.script(
                "return performance.getEntries().map(e => e.name).join(' ') + location.href"
                    + " + JSON.stringify({...localStorage, ...sessionStorage})"
                    + " + document.cookie + document.documentElement.outerHTML"))
        .asString()
        .contains("/v1/actions")
        .doesNotContain(key.substring(0, 12));
    assertThat(browser.complaints()).isEmpty();
    platform.awaitAllDecided();
    assertThat(platform.audit().details()).isEmpty();
  }

  private static void review(Browser browser, String decision, String comment) {
    browser.click("[data-decision=" + decision + "]");
    browser.type("#review-comment", comment);
    browser.click("#review-form .primary");
  }

  @Test
  void whatCouldNotBeDecidedIsSaidForEachPairAndStaysChosen() {
    Browser browser = desk();
    visit(browser, BROKEN);
    logIn(browser);
    browser.await("50 tiles", () -> browser.texts(".tile").size() == 50);
    for (int tile = 3; tile <= 9; tile++) {
      browser.click(".tile:nth-child(" + tile + ") .frame");
    }
    browser.awaitText(".chosen", "7 chosen");
    browser.click(".tile:nth-child(5) input");
    browser.awaitText(".chosen", "6 chosen");
    browser.script(
        """
        const real = window.fetch;
        window.fetch = (path, request) => {
          if (request?.method !== "POST") return real(path, request);
          const results = JSON.parse(request.body).pairs.map((id, i) => i
              ? { id, outcome: "DONE", review_id: "r" + i }
              : { id, outcome: "FAILED", detail: "its original is gone from the topic" });
          const headers = { "Content-Type": "application/json" };
          return Promise.resolve(new Response(JSON.stringify({ results }), { headers }));
        };
        """);

    review(browser, "REPLAYED", "The names are captions now.");

    browser.awaitText("#review-title", "5 decided, 1 failed");
    browser.click("#review-close");
    browser.awaitText(".chosen", "1 chosen");
    assertThat(browser.texts(".tile .outcome"))
        .filteredOn(text -> text.startsWith("Not decided: its original is gone"))
        .hasSize(1);
  }

  @Test
  void aPersonWithAKeyboardAloneGivesAPairAnotherCaption() throws Exception {
    Browser browser = desk();
    visitUntil(browser, WORDLESS, () -> browser.texts(".tile").size() == PublishedStory.WORDLESS);
    browser.tabTo("#login");
    browser.press(Keys.ENTER);
    browser.await("the key is asked for", () -> browser.isFocused("#login-key"));
    browser.press("psk_wrong", Keys.ENTER);
    browser.awaitText("dialog [role=alert]", "This key was not accepted");
    browser.press(key, Keys.ENTER);
    browser.await("the login", () -> browser.isFocused("#logout"));
    assertThat(browser.complaints()).allMatch(complaint -> complaint.contains("401"));

    browser.tabTo(".tile:first-child input");
    browser.press(Keys.SPACE);
    browser.awaitText(".chosen", "1 chosen");
    for (int back = 0; back < 20 && !browser.isFocused("[data-decision=RECAPTIONED]"); back++) {
      browser.press(Keys.chord(Keys.SHIFT, Keys.TAB));
    }
    browser.press(Keys.ENTER);
    browser.await("the caption has the focus", () -> browser.isFocused("#review-caption"));
    browser.press(Keys.chord(Keys.CONTROL, "a"));
    browser.press("A snowy forest in winter, as a person says.");
    browser.tabTo("#review-comment");
    browser.press(TRAPS.get(1));
    browser.tabTo("#review-form .primary");
    browser.press(Keys.ENTER);

    browser.awaitText("#review-title", "1 decided");
    browser.tabTo("#review-close");
    browser.press(Keys.ENTER);
    browser.await(
        "the focus is where it was", () -> browser.isFocused("[data-decision=RECAPTIONED]"));
    assertThat(announced(browser)).contains("Logged in as anna.", "1 decided");
    visitUntil(
        browser,
        "#/pairs?q=a+snowy+forest+in+winter+as+a+person+says",
        () -> !browser.texts(".pair-row-caption").isEmpty());
    browser.click(".pair-row-caption");
    browser.awaitText("#pair-reviews", TRAPS.get(1));
    assertThat(browser.text(".pair-head .chip")).isIn("Training", "Validation", "Test");
    requireUntrapped(browser);
  }

  @Test
  void aSessionThatEndsIsReportedAndNothingThatWasWrittenIsLost() {
    Browser browser = desk();
    visit(browser, BROKEN);
    logIn(browser);
    browser.click(".tile:first-child input");
    browser.click("[data-decision=REJECTED]");
    browser.type("#review-comment", "No caption.");
    browser.forgetCookies();
    browser.click("#review-form .primary");

    browser.awaitText("dialog.review", "your session has ended");
    browser.click("#review-login");
    browser.await("the key is asked for", () -> browser.isFocused("#login-key"));
    browser.press(key, Keys.ENTER);
    browser.awaitText("dialog.review", "Send once more.");
    browser.click("#review-form .primary");
    browser.awaitText("#review-title", "1 decided");
  }

  @Test
  void aPersonFindsWhyTheTrainerStarves() throws Exception {
    DrawnPairs pairs = new DrawnPairs(6, 0.0);
    try (PairstreamProcess trainer =
        PairstreamProcess.start(
            folder.resolve("feed.log"), "feed --batch-size 8 --json --data-dir", platform.data())) {
      Await.until("a batch", () -> trainer.said().contains("{"), trainer::said);
      Browser browser = desk();
      Signals.send("STOP", platform.pid("preprocess"));
      try {
        story.publishTraps();
        platform.publish(pairs, 0, 40);
        visit(browser, "#/overview");
        // A member that does not answer is in its group for 45 s.
        browser.await(
            "the banner names a partition",
            Duration.ofMinutes(4),
            () -> browser.text(".banner").contains("crowdsourced-"));
        browser.awaitText("#trainer", "starves");
        assertThat(browser.text(".group-list li:first-child")).contains("pairs-preprocess");

        browser.tabTo(".group a[href*='pairs-preprocess']");
        browser.press(Keys.ENTER);

        browser.await("the record at the head is shown", () -> browser.isVisible("#head"));
        browser.await(
            "its picture is shown",
            () ->
                Boolean.TRUE.equals(
                    browser.script(
                        "return document.querySelector('.head-picture img')?.naturalWidth > 0")));
        requireUntrapped(browser);
      } finally {
        Signals.send("CONT", platform.pid("preprocess"));
      }
      visit(browser, "#/overview");
      browser.await(
          "it goes on",
          () -> List.of("OK", "IDLE", "BEHIND").contains(browser.text(".banner-word")));
      assertThat(trainer.isAlive()).as(trainer.said()).isTrue();
    }
  }
}

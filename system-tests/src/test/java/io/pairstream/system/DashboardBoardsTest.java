package io.pairstream.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.Keys;

/**
 * The boards of the operators' page in a real browser, as people use them: who broke something, why
 * a picture was turned away, and how pairs are put back.
 */
@Tag("full")
class DashboardBoardsTest extends PageTest {

  private static final String FORTY = "#/quarantine?reason=IMAGE_TOO_SMALL&source=IMPORTED";
  private static final String FILE_NAMES =
      "#/quarantine?reason=CAPTION_IS_FILE_NAME&source=CROWDSOURCED";

  private int visits;

  private ScriptedBoards story() throws IOException {
    return using(ScriptedBoards.open(ScriptedPairs.story()));
  }

  /** Opens a view in a page that is loaded anew: what is there is not from the view before. */
  private void visit(Browser browser, ScriptedBoards boards, String view) {
    visits++;
    browser.visit(boards.address() + "/?" + visits + "#/" + view);
    browser.await("it is there", () -> !browser.isVisible(".skeleton"));
  }

  private static void logIn(Browser browser, String key) {
    browser.click("#login");
    browser.await("the key is asked for", () -> browser.isFocused("#login-key"));
    browser.press(key, Keys.ENTER);
    browser.await("somebody is logged in", () -> browser.isVisible("#logout"));
  }

  @Test
  void aPersonFindsWhichProducerBroke() throws Exception {
    ScriptedBoards boards = story();
    Browser browser = desk();
    browser.visit(boards.address() + "/#/quarantine");
    browser.awaitText(".lead", "rejected and kept: 273; 175 of them in the last 24");
    assertThat(browser.texts(".matrix thead th"))
        .containsExactly("Reason", "Crowd", "Imported", "Scraped", "Synthetic", "All");
    assertThat(browser.text(".matrix tbody tr:first-child td"))
        .contains("96")
        .contains("+96 in 24 h");

    browser.click(".matrix [data-reason=CAPTION_IS_FILE_NAME][data-source=CROWDSOURCED]");

    browser.awaitText("#sheet-title", "The caption is a file's name · Crowd");
    browser.awaitText(".producers", "phone-app 50");
    browser.awaitText(".more .tally", "50 of 96 pairs");
    assertThat(browser.script("return location.hash")).isEqualTo(FILE_NAMES);
    browser.click("#nav [data-view=profile]");
    browser.awaitText(".producers-table tbody tr:first-child", "phone-app");
    assertThat(browser.text(".producers-table tbody tr:first-child"))
        .contains("23%", "0.6%", "The caption is a file's name");
    browser.click(".producers-table tbody tr:first-child a");
    browser.awaitText("#sheet-title", "The caption is a file's name · phone-app");
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void whatIsPressedStaysUnderThePointerWhileTheBoardChanges() throws Exception {
    ScriptedBoards boards = story();
    Browser browser = desk();
    visit(browser, boards, "quarantine");
    browser.awaitText(".lead", "rejected and kept: 273;");
    browser.hold(".matrix [data-reason=CAPTION_IS_FILE_NAME][data-source=CROWDSOURCED]");
    long answers = boardAnswers(browser);
    boards.accept(boards.quarantined(ScriptedPairs.TOO_SMALL).get(0));
    browser.await("the board is asked for again", () -> boardAnswers(browser) > answers);

    browser.letGo();

    browser.awaitText("#sheet-title", "The caption is a file's name · Crowd");
    browser.awaitText(".lead", "rejected and kept: 272;");
    assertThat(browser.complaints()).isEmpty();
  }

  private static long boardAnswers(Browser browser) {
    Object answers =
        browser.script(
            "return performance.getEntriesByType('resource')"
                + ".filter(it => it.name.endsWith('/v1/quarantine')).length");
    return ((Number) answers).longValue();
  }

  @Test
  void fortyPairsArePutBackAndTheKeyIsKeptNowhere() throws Exception {
    ScriptedBoards boards = story();
    Browser browser = desk();
    browser.visit(boards.address() + "/" + FORTY);
    browser.awaitText("#choose-all", "Choose all 40");
    assertThat(browser.text(".why-off")).contains("a key with the review scope");
    browser.click("#choose-all");
    browser.click("[data-decision=ACCEPTED]");
    assertThat(browser.isVisible("dialog")).isFalse();

    logIn(browser, ScriptedBoards.REVIEWER_KEY);
    browser.awaitText(".chosen", "40 chosen");
    browser.click("[data-decision=ACCEPTED]");
    browser.awaitText("#review-title", "Accept 40 pairs");
    browser.click("#review-form .primary");
    browser.awaitText("#review-comment-wrong", "Say why");
    assertThat(boards.reviewed()).isEmpty();
    browser.type("#review-comment", "Four pixels do not matter here.");
    browser.click("#review-form .primary");

    browser.awaitText("#review-title", "40 decided");
    assertThat(browser.texts(".results .result")).hasSize(40).allMatch(it -> it.contains("Done"));
    assertThat(boards.reviewed()).hasSize(1);
    ScriptedBoards.Reviewed reviewed = boards.reviewed().get(0);
    assertThat(reviewed.pairs()).hasSize(40).doesNotHaveDuplicates();
    assertThat(reviewed.decision()).isEqualTo("ACCEPTED");
    assertThat(reviewed.comment()).isEqualTo("Four pixels do not matter here.");
    browser.click("#review-close");
    browser.awaitText(".tile:last-child .outcome", "Accepted");
    browser.awaitText(".lead", "rejected and kept: 233;");
    assertThat(browser.isVisible(".matrix [data-reason=IMAGE_TOO_SMALL][data-source=IMPORTED]"))
        .isFalse();
    browser.click(".tile:first-child a");
    browser.awaitText("#pair-reviews", "Four pixels do not matter here.");
    browser.click("#nav [data-view=actions]");
    browser.awaitText(".actions tbody", "ACCEPTED: Four pixels do not matter here.");
    assertThat(
            String.valueOf(
                browser.script(
                    "return performance.getEntries().map(e => e.name).join(' ') + location.href"
                        + " + JSON.stringify({...localStorage, ...sessionStorage})"
                        + " + document.cookie + document.documentElement.outerHTML")))
        .contains("/v1/reviews")
        .doesNotContain("psk_reviewer");
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void whatCouldNotBeDecidedIsSaidForEachPairAndStaysChosen() throws Exception {
    ScriptedBoards boards = story();
    List<String> forty = boards.quarantined(ScriptedPairs.TOO_SMALL);
    boards.failFor(forty.get(2));
    Browser browser = desk();
    browser.visit(boards.address() + "/" + FORTY);
    logIn(browser, ScriptedBoards.REVIEWER_KEY);
    browser.awaitText("#choose-all", "Choose all 40");
    browser.click("#choose-all");
    browser.click("[data-decision=REPLAYED]");
    browser.type("#review-comment", "The limit is 48 px now.");
    browser.click("#review-form .primary");

    browser.awaitText("#review-title", "39 decided, 1 failed");
    assertThat(browser.text(".results .result:first-child"))
        .contains("Failed", "its original is gone from the topic");
    browser.click("#review-close");
    browser.awaitText(".chosen", "1 chosen");
    assertThat(browser.texts(".tile .outcome").stream().filter(text -> !text.isEmpty()))
        .hasSize(40)
        .filteredOn(text -> text.startsWith("Not decided: its original is gone"))
        .hasSize(1);
  }

  @Test
  void aCardSaysWhyAPictureWasTurnedAwayAndShowsItWhenAsked() throws Exception {
    ScriptedBoards boards = story();
    Browser browser = desk();
    browser.visit(boards.address() + "/#/pairs");
    browser.type("#q", "balloon");
    browser.press(Keys.ENTER);
    browser.awaitText(".tally", "the newest first");
    browser.one("#reason option[value=" + ScriptedPairs.TOO_SMALL + "]");
    browser.script(
        "const choice = document.getElementById('reason'); choice.value = arguments[0];"
            + "choice.dispatchEvent(new Event('change'))",
        ScriptedPairs.TOO_SMALL);
    browser.await(
        "the filter is in the address",
        () ->
            String.valueOf(browser.script("return location.hash"))
                .equals("#/pairs?q=balloon&reason=IMAGE_TOO_SMALL"));
    browser.await(
        "all are too small",
        () ->
            !browser.texts(".pair-row").isEmpty()
                && browser.texts(".pair-row").stream().allMatch(it -> it.contains("too small")));
    browser.click(".pair-row-caption");

    browser.awaitText("#pair-why", "The image is too small");
    assertThat(browser.text("#pair-why"))
        .contains("60 px", "200 px", "Send the image in a higher resolution.");
    assertThat(String.join(", ", browser.texts(".journey .place")))
        .matches("received, crowdsourced \\d @ \\d+, quarantine 0 @ \\d+");
    assertThat(browser.isVisible(".frame[data-blurred] img")).isTrue();
    assertThat(browser.script("return document.querySelector('.frame img').alt"))
        .isEqualTo("Blurred picture with the caption: A red balloon floats over the mountains.");
    browser.click(".reveal");
    assertThat(browser.isVisible(".frame[data-blurred]")).isFalse();
    assertThat(browser.script("return document.querySelector('.frame img').alt"))
        .asString()
        .startsWith("The original picture");
    browser.script("history.back()");
    browser.await(
        "what was looked for is there",
        () -> "balloon".equals(browser.script("return document.getElementById('q')?.value")));
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void aCardShowsWhatBecameOfTheWordsAndWhatTheModelNeverReads() throws Exception {
    ScriptedBoards boards = story();
    Browser browser = desk();
    browser.visit(boards.address() + "/#/pair/" + boards.longest());
    browser.awaitText("#pair-caption", "77 tokens of at most 77; 24 more are cut off");
    assertThat(browser.texts(".tokens .token")).hasSize(101);
    assertThat(browser.texts(".tokens .token.cut s")).hasSize(24);
    assertThat(browser.texts("#pair-pictures figcaption b"))
        .containsExactly("As it came", "As the model sees it");

    browser.visit(boards.address() + "/#/pairs?standing=TRAINING&contributor=garden-club");
    browser.click(".pair-row-caption");

    browser.awaitText("#pair-caption", "Cleaning changed it");
    assertThat(browser.script("return document.querySelector('.marked del').innerText"))
        .asString()
        .contains("amp;");
    assertThat(
            browser.script(
                "const p = document.querySelector('.marked').cloneNode(true);"
                    + "p.querySelectorAll('del').forEach(e => e.remove());"
                    + "return p.textContent.trim()"))
        .asString()
        .endsWith(". & more")
        .doesNotContain("amp;");
  }

  @Test
  void aQuestionThatTheNetworkBrokeOffIsAskedAgainAndAnOrderIsNot() throws Exception {
    ScriptedBoards boards = story();
    Browser browser = desk();
    browser.visit(boards.address() + "/#/actions");
    browser.script(
        """
        const real = window.fetch;
        window.cutOff = [];
        window.fetch = (path, request) => {
          const sent = (request.method ?? "GET") + " " + path;
          if (/pairs/.test(path) && !window.cutOff.includes(sent)) {
            window.cutOff.push(sent);
            return Promise.reject(new TypeError("Failed to fetch"));
          }
          return real(path, request);
        };
        """);

    browser.script("location.hash = arguments[0]", "#/pair/" + boards.longest());

    browser.awaitText("#pair-caption", "77 tokens of at most 77");
    Object status =
        browser.later(
            """
            const { Api } = await import("/assets/api.js");
            const api = new Api({ onConnection() {} });
            return api.post("/v1/pairs/decisions", {}).then(() => "done", (problem) => problem.status);
            """);
    assertThat(status).isEqualTo(0L);
    assertThat(browser.script("return window.cutOff"))
        .isEqualTo(List.of("GET /v1/pairs/" + boards.longest(), "POST /v1/pairs/decisions"));
  }

  @Test
  void aPersonWithAKeyboardAloneGivesAPairAnotherCaption() throws Exception {
    ScriptedBoards boards = story();
    Browser browser = desk();
    browser.visit(boards.address() + "/#/quarantine");
    browser.await("the board is there", () -> browser.isVisible(".matrix"));
    browser.tabTo("#login");
    browser.press(Keys.ENTER);
    browser.await("the key is asked for", () -> browser.isFocused("#login-key"));
    browser.press("psk_wrong", Keys.ENTER);
    browser.awaitText("dialog [role=alert]", "does not take this key");
    browser.press(ScriptedBoards.REVIEWER_KEY, Keys.ENTER);
    browser.await("somebody is logged in", () -> browser.isFocused("#logout"));

    browser.tabTo(".matrix [data-reason=CAPTION_IS_FILE_NAME][data-source=CROWDSOURCED]");
    browser.press(Keys.ENTER);
    browser.await("the sheet has the focus", () -> browser.isFocused("#sheet-title"));
    browser.await("50 tiles", () -> browser.texts(".tile").size() == 50);
    browser.tabTo(".tile:first-child input");
    browser.press(Keys.SPACE);
    browser.awaitText(".chosen", "1 chosen");
    String wanted =
        String.valueOf(
            browser.script(
                "return document.querySelector('.tile[data-chosen] a').getAttribute('href')"));
    for (int back = 0; back < 20 && !browser.isFocused("[data-decision=RECAPTIONED]"); back++) {
      browser.press(Keys.chord(Keys.SHIFT, Keys.TAB));
    }
    browser.press(Keys.ENTER);
    browser.await("the caption has the focus", () -> browser.isFocused("#review-caption"));
    browser.press(Keys.chord(Keys.CONTROL, "a"));
    browser.press("A snowy forest in winter.");
    browser.tabTo("#review-comment");
    browser.press("The file's name says nothing.");
    browser.tabTo("#review-form .primary");
    browser.press(Keys.ENTER);

    browser.awaitText("#review-title", "1 decided");
    assertThat(boards.reviewed()).hasSize(1);
    ScriptedBoards.Reviewed reviewed = boards.reviewed().get(0);
    assertThat(reviewed.decision()).isEqualTo("RECAPTIONED");
    assertThat(reviewed.caption()).isEqualTo("A snowy forest in winter.");
    assertThat(wanted).endsWith(reviewed.pairs().get(0));
    browser.tabTo("#review-close");
    browser.press(Keys.ENTER);
    browser.await("the dialog is gone", () -> !browser.isVisible("dialog"));
    browser.await(
        "the focus is where it was", () -> browser.isFocused("[data-decision=RECAPTIONED]"));
    assertThat(announced(browser)).contains("Logged in as anna.", "1 decided");
  }

  @Test
  void picturesAreChosenWithClicksAndShift() throws Exception {
    ScriptedBoards boards = story();
    Browser browser = desk();
    browser.visit(boards.address() + "/" + FORTY);
    browser.await("40 tiles", () -> browser.texts(".tile").size() == 40);

    browser.click(".tile:nth-child(3) .frame");
    browser.awaitText(".chosen", "1 chosen");
    browser.script(
        "document.querySelector('.tile:nth-child(9) .frame')"
            + ".dispatchEvent(new MouseEvent('click', {bubbles: true, shiftKey: true}))");
    browser.awaitText(".chosen", "7 chosen");
    browser.click(".tile:nth-child(5) input");
    browser.awaitText(".chosen", "6 chosen");
    browser.click(".tile:nth-child(4) .reveal");

    assertThat(browser.text(".chosen")).contains("6 chosen");
    assertThat(browser.isVisible(".tile:nth-child(4) .frame:not([data-blurred])")).isTrue();
    assertThat(browser.isVisible(".tile:nth-child(3) .frame:not([data-blurred])")).isFalse();
    browser.click("#reveal-all");
    assertThat(browser.isVisible(".frame[data-blurred]")).isFalse();
    browser.click("#choose-none");
    browser.awaitText(".chosen", "Nothing chosen");
  }

  @Test
  void aSessionThatEndsIsToldAndNothingThatWasWrittenIsLost() throws Exception {
    ScriptedBoards boards = story();
    Browser browser = desk();
    browser.visit(boards.address() + "/" + FORTY);
    logIn(browser, ScriptedBoards.REVIEWER_KEY);
    browser.await("40 tiles", () -> browser.texts(".tile").size() == 40);
    browser.click(".tile:first-child input");
    browser.click("[data-decision=ACCEPTED]");
    browser.type("#review-comment", "It is fine.");
    boards.endSessions();
    browser.click("#review-form .primary");

    browser.awaitText("dialog.review", "your session has ended");
    assertThat(boards.reviewed()).isEmpty();
    browser.click("#review-login");
    browser.await("the key is asked for", () -> browser.isFocused("#login-key"));
    browser.press(ScriptedBoards.REVIEWER_KEY, Keys.ENTER);
    browser.awaitText("dialog.review", "Send once more.");
    browser.click("#review-form .primary");
    browser.awaitText("#review-title", "1 decided");
    assertThat(boards.reviewed().get(0).comment()).isEqualTo("It is fine.");
    browser.click("#review-close");

    boards.endSessions();
    browser.script("document.dispatchEvent(new Event('visibilitychange'))");
    browser.awaitText(".notice[role=alert]", "Your session has ended.");
    browser.await("nobody is logged in", () -> browser.isVisible("#login"));
    browser.awaitText(".why-off", "a key with the review scope");
  }

  @Test
  void aPersonWhoReadsChineseIsSpokenToInChinese() throws Exception {
    ScriptedBoards boards = story();
    Browser browser = chinese();
    browser.visit(boards.address() + "/" + FORTY);
    browser.awaitText("#choose-all", "全选 40 对");
    for (String view : List.of("pairs", "profile", "actions")) {
      visit(browser, boards, view);
      assertThat(browser.text("h1")).matches("\\p{IsHan}+");
      assertThat(browser.text("main"))
          .doesNotContainPattern("\\b(pair|picture|quarantine|profile)\\.[a-z]");
    }
  }

  @Test
  void nothingThatProducersOrTheServiceWriteRunsAsCode() throws Exception {
    ScriptedPairs pairs = ScriptedPairs.saying(TRAPS);
    ScriptedBoards boards = using(ScriptedBoards.open(pairs));
    Browser browser = desk();
    browser.visit(boards.address() + "/#/quarantine");
    logIn(browser, ScriptedBoards.REVIEWER_KEY);
    browser.await("the board is there", () -> browser.isVisible(".matrix"));
    assertThat(browser.texts(".matrix .reason-words")).hasSize(TRAPS.size());
    for (int i = 0; i < TRAPS.size(); i++) {
      browser.script(
          "document.querySelectorAll('.matrix tbody td:last-child a')[arguments[0]].click()", i);
      browser.await("its pairs are there", () -> browser.texts(".tile").size() == 2);
      browser.click("#choose-all");
      browser.click("[data-decision=REJECTED]");
      browser.type("#review-comment", TRAPS.get(i));
      browser.click("#review-form .primary");
      browser.awaitText("#review-title", "2 decided");
      requireUntrapped(browser);
      browser.click("#review-close");
      browser.await("the dialog is gone", () -> !browser.isVisible("dialog"));
    }
    for (String view : List.of("pairs", "profile", "actions", "quarantine")) {
      visit(browser, boards, view);
      requireUntrapped(browser);
    }
    for (var pair : pairs.pairs()) {
      visit(browser, boards, "pair/" + pair.get("id").asText());
      browser.await("the card is there", () -> browser.isVisible("#pair-facts"));
      browser.script(
          "document.querySelectorAll('details').forEach(it => { it.open = true; });"
              + "document.querySelectorAll('.reveal').forEach(it => it.click());");
      requireUntrapped(browser);
      String caption = pair.get("caption").asText();
      assertThat(browser.script("return document.querySelector('.marked').textContent"))
          .asString()
          .contains(caption);
    }
    assertThat(boards.reviewed().stream().map(ScriptedBoards.Reviewed::comment))
        .containsExactlyInAnyOrderElementsOf(TRAPS);
  }

  @Test
  void anAddressIsALinkOnlyWhereItIsOne() throws Exception {
    ScriptedBoards boards = story();
    Browser browser = desk();
    browser.visit(boards.address() + "/#/pairs?source=SCRAPED&standing=TRAINING");
    browser.click(".pair-row-caption");
    browser.await("the card is there", () -> browser.isVisible("a.address"));

    assertThat(
            browser.script(
                "const link = document.querySelector('a.address');"
                    + "return link.href === link.textContent && link.rel"))
        .isEqualTo("noopener noreferrer nofollow");
  }

  @ParameterizedTest
  @CsvSource({
    "DESK, en-GB, light",
    "DESK, zh-CN, dark",
    "PHONE, en-GB, dark",
    "PHONE, zh-CN, light"
  })
  void nothingStandsInTheWayOfPeople(Browser.Screen screen, String language, String colours)
      throws Exception {
    ScriptedBoards boards = story();
    Browser browser = using(Browser.open(screen, language));
    browser.prefer(colours);
    for (String view :
        List.of(
            "pairs",
            "pairs?standing=QUARANTINED&q=nothing-is-called-so",
            "pair/" + boards.longest(),
            "pair/" + boards.quarantined(ScriptedPairs.TOO_SMALL).get(0),
            "pair/unknown",
            "profile",
            "actions")) {
      visit(browser, boards, view);
      browser.script("document.querySelectorAll('details').forEach(it => { it.open = true; })");
      requireFree(browser, view);
    }

    browser.visit(boards.address() + "/" + FORTY);
    browser.await("40 tiles", () -> browser.texts(".tile").size() == 40);
    requireFree(browser, "sheet of a cell");
    browser.click("#login");
    browser.await("the key is asked for", () -> browser.isFocused("#login-key"));
    browser.press(Keys.ENTER);
    requireFree(browser, "login");
    browser.press(ScriptedBoards.REVIEWER_KEY, Keys.ENTER);
    browser.await("somebody is logged in", () -> browser.isVisible("#logout"));
    browser.script(
        "document.querySelector('.tile:first-child input').scrollIntoView({block: 'center'})");
    browser.click(".tile:first-child input");
    browser.click("[data-decision=RECAPTIONED]");
    browser.click("#review-form .primary");
    requireFree(browser, "review");
    browser.type("#review-caption", " 2");
    browser.type("#review-comment", "Why not?");
    browser.click("#review-form .primary");
    browser.await("it is decided", () -> browser.isVisible(".results"));
    requireFree(browser, "results");
    browser.click("#review-close");
    browser.await("it is said", () -> browser.isVisible(".outcome"));
    requireFree(browser, "decided");
  }

  @Test
  void tenThousandPairsArePagedAndAtMostFiveHundredChosen() throws Exception {
    ScriptedBoards boards = using(ScriptedBoards.open(ScriptedPairs.quarantined(10_000)));
    Browser browser = desk();
    browser.visit(boards.address() + "/" + FORTY);
    browser.awaitText(".more .tally", "50 of 10,000 pairs");

    browser.click("#more");
    browser.awaitText(".more .tally", "100 of 10,000 pairs");
    browser.await(
        "the first new one has the focus", () -> browser.isFocused(".tile:nth-child(51) input"));
    assertThat(browser.text("#choose-all")).isEqualTo("Choose the first 500");
    browser.click("#choose-all");
    browser.awaitText(".chosen", "500 chosen");
    assertThat(browser.texts(".tile")).hasSize(500);
  }
}

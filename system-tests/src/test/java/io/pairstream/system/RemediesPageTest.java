package io.pairstream.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

/** The operators' page in a real browser: from what is wrong to the record, and to what helps. */
class RemediesPageTest extends ScriptedPageTest {

  @Test
  @Tag("full")
  void eachBoxOfThePipelineLeadsToWhatItStandsFor() throws Exception {
    service.change(
        overview ->
            overview
                .putObject("sentence_template")
                .put("template", "TOPICS_MISSING")
                .putArray("arguments")
                .add("pairs.actions")
                .add("./pairstream topics create"));
    Browser browser = deskOn("");
    browser.await("the topology is there", () -> browser.isVisible(".graph"));
    assertThat(browser.text(".banner .command code")).isEqualTo("./pairstream topics create");

    assertThat(boxes(browser))
        .contains(
            "read=#/lag?group=pairs-preprocess",
            "check-duplicate=#/quarantine?reason=DUPLICATE_PAIR",
            "split=#/profile");
    browser.click("a[href$='nodes=all']");
    browser.await("each node is there", () -> boxes(browser).size() > 7);
    assertThat(boxes(browser))
        .contains(
            "raw-pairs=#/lag?group=pairs-preprocess&only=pairs.scraped%2Cpairs.crowdsourced",
            "training=#/pairs?status=TRAINING");
    browser.tabTo(".box[href$=DUPLICATE_PAIR]");
    browser.press(Keys.ENTER);
    browser.awaitText("h1", "Quarantine");
  }

  /** Names of the pipeline's boxes with what they lead to. */
  private static List<String> boxes(Browser browser) {
    Object boxes =
        browser.script(
            "return Object.fromEntries([...document.querySelectorAll('.graph .box')].map(box =>"
                + " [box.querySelector('.box-name').textContent, box.getAttribute('href')]))");
    return ((Map<?, ?>) boxes).entrySet().stream().map(String::valueOf).toList();
  }

  @Test
  void aSilentInstanceLeadsToItsPartitionsTheirRecordAndWhatHelps() throws Exception {
    Browser browser = deskOn("");
    browser.awaitText(".instances", "preprocess-3");

    browser.click(".instances .below[href*='only=']");
    browser.await("its partitions", () -> browser.texts(".partitions tbody th").size() == 4);
    assertThat(browser.texts(".detail .command code"))
        .containsExactly(
            "./pairstream why pairs.crowdsourced-3-41022 --data-dir '/srv/my pairs'",
            "./pairstream doctor --data-dir '/srv/my pairs'");
    browser.click(".detail .command button");
    browser.await("it says what became of it", () -> !announced(browser).isEmpty());

    browser.click("#head a[href^='#/pair/']");
    browser.awaitText("#pair-status", "It waits: nothing has judged it yet.");
    assertThat(browser.isVisible(".frame[data-blurred] img")).isTrue();
  }

  @Test
  void aCardSaysTheRecipesLimitsBesideWhatWasMeasured() throws Exception {
    ObjectNode known =
        Http.JSON.readValue(
            """
            {"status": "TRAINING",
             "measures": {"caption_words": 10, "caption_characters": 54, "sharpness": 12.4567,
                 "original_width_px": 6000, "original_height_px": 4000},
             "limits": [
                 {"measure": "caption_characters", "bound": "AT_LEAST", "limit": 6},
                 {"measure": "caption_characters", "bound": "AT_MOST", "limit": 2000},
                 {"measure": "caption_words", "bound": "AT_LEAST", "limit": 3},
                 {"measure": "shorter_side_px", "bound": "AT_LEAST", "limit": 200},
                 {"measure": "sharpness", "bound": "AT_LEAST", "limit": 9.5}]}
            """,
            ObjectNode.class);
    service.changeCard(card -> card.setAll(known));
    Browser browser = deskOn("#/pair/7d");
    browser.await("the measures", () -> browser.isVisible("#pair-measures dd"));

    assertThat(browser.texts("#pair-measures .fact").stream().map(text -> text.replace('\n', ' ')))
        .endsWith(
            "Shorter side 4,000 px at least 200 px",
            "Longer ÷ shorter side 1.5",
            "Sharpness 12.46 at least 9.5",
            "Characters 54 at least 6 · at most 2,000",
            "Words 10 at least 3");
  }

  @Test
  void whileKafkaIsAwayACardSaysHowOldWhatItShowsIs() throws Exception {
    service.changeCard(
        card ->
            card.put("remembered", true)
                .put("as_of", "2026-11-20T17:20:00Z")
                .put("status", "TEST"));
    Browser browser = deskOn("#/pair/7d");

    browser.awaitText(".note", "Kafka does not answer. This is what was known");
    assertThat(browser.text("main"))
        .contains("Fishing boats at low tide", "Accepted; held out for the final test.")
        .doesNotContain("No tokens were made", "The model never sees it", "no longer kept");
    service.changeCard(card -> card.put("remembered", false).putNull("as_of"));
    browser.await("it is whole again", () -> browser.isVisible("#pair-pictures"));
  }

  @Test
  void acceptNeedsThatAllCanBeWaivedAndADialogAndUnreadablePicturesLeaveNoTrace() throws Exception {
    Browser browser = deskOn("#/quarantine?source=CROWDSOURCED");
    browser.awaitText(".no-picture", "cannot be shown");

    browser.click(".tile:first-child input");
    assertThat(isOff(browser, "ACCEPTED")).isEqualTo("false");
    browser.click(".tile:last-child input");
    assertThat(isOff(browser, "ACCEPTED")).isEqualTo("true");
    assertThat(browser.text(".why-off")).contains("the reason of 1 of these cannot be waived");

    browser.click("[data-decision=REJECTED]");
    browser.await("the dialog", () -> browser.isVisible("dialog.review"));
    browser.script("location.hash = '#/pairs'");
    browser.awaitText(".pair-row .no-picture", "cannot be shown");
    assertThat(browser.isVisible("dialog")).isFalse();
    Object isCut =
        browser.script(
            "const it = document.querySelector('.no-picture').parentElement; return it.scrollHeight > it.clientHeight");
    assertThat(isCut).isEqualTo(false);
    assertThat(browser.complaints()).isEmpty();
  }

  private static String isOff(Browser browser, String decision) {
    return browser.one("[data-decision=" + decision + "]").getDomAttribute("aria-disabled");
  }

  @Test
  void aGroupIsMutedWithAnEndAndAReason() throws Exception {
    Browser browser = deskOn("#/lag?group=pairs-export");
    browser.click(".muting button");
    browser.type("#mute-why", "moves to the new cluster");
    browser.click("#mute-form .primary");

    browser.await("it is sent", () -> !browser.isVisible("dialog.mute"));
    assertThat(service.mutes())
        .containsExactly(
            "{\"group\":\"pairs-export\",\"minutes\":120,\"why\":\"moves to the new cluster\"}");
  }
}

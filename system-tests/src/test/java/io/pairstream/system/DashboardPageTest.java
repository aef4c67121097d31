package io.pairstream.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.curation.sentence.Sentence;
import io.pairstream.curation.sentence.Template;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

/** The operators' page in a real browser, as people use it: what is late, why, and since when. */
class DashboardPageTest extends ScriptedPageTest {

  /** A box's name whose box is not wholly within the part of its card that is seen. */
  private static final String BOXES_OUTSIDE =
      "const seen = document.querySelector('.topology').getBoundingClientRect();"
          + "return [...document.querySelectorAll('.graph .box')].filter(box => {"
          + "  const at = box.getBoundingClientRect();"
          + "  return at.left < seen.left || at.right > Math.min(seen.right, innerWidth);"
          + "}).map(box => box.querySelector('.box-name').textContent);";

  /** A node in a topology's description. */
  private static final Pattern NODE = Pattern.compile("(?:Source|Processor|Sink): +(\\S+)");

  /** Tables of which a part is seen only once they are moved. */
  private static final String CUT =
      "return [...document.querySelectorAll('.scroll')].filter(e => e.scrollWidth > e.clientWidth)"
          + ".map(e => e.innerText)";

  /** Two words in a row, which no name, command or unit has. */
  private static final Pattern ENGLISH = Pattern.compile("\\b[A-Za-z]?[a-z]{2,} [a-z]{2,}\\b");

  /**
   * Records the texts of the line about the connection from now on: some are there for seconds
   * only.
   */
  private static final String NOTE_CONNECTION =
      "const notice = document.getElementById('connection');"
          + "window.saidOfConnection = [];"
          + "new MutationObserver(() =>"
          + " window.saidOfConnection.push(notice.checkVisibility() ? notice.innerText : ''))"
          + ".observe(notice,"
          + " {attributes: true, childList: true, characterData: true, subtree: true});";

  /** As often a page of ours starts itself again in vain; then it leaves that to its reader. */
  private static final int MOST_STARTS = 5;

  @Test
  void aPersonWithAKeyboardAloneFollowsAVerdictToTheRecordAtTheHead() throws Exception {
    Browser browser = deskOn("");

    browser.awaitText(".banner", "pairs.crowdsourced-3 is stuck at offset 41,022");
    assertThat(browser.text(".banner-word")).isEqualTo("STALL");
    assertThat(browser.script("return document.title")).isEqualTo("STALL · Overview – Pairstream");
    assertThat(browser.text("#trainer")).contains("4 min", "running low", "288");
    assertThat(browser.text("#runs"))
        .contains("sdxl-base", "1,203", "61", "7 of 8", "missing: 5", "37", "step-4000");
    browser.awaitText(".culprit", "Bottleneck: clean.");
    browser.tabTo(".group a[href*='pairs-preprocess']");
    browser.press(Keys.ENTER);

    browser.awaitText("#head", "3.1 MB CMYK JPEG, 6000x4000");
    browser.await("the heading has the focus", () -> browser.isFocused("h1"));
    assertThat(browser.text("#head"))
        .contains(
            "Fishing boats at low tide, seen from the harbour wall.", "pairs.crowdsourced-3-41022");
    browser.await(
        "the picture is shown",
        () ->
            Boolean.TRUE.equals(
                browser.script(
                    "return document.querySelector('.head-picture img').naturalWidth > 0")));
    assertThat(browser.text(".detail"))
        .contains("STALL", "never at this rate", "6 d", "Look at the record at the head first");
    browser.awaitText(".groups tbody th a", "pairs-preprocess");
    assertThat(browser.texts(".groups tbody th a"))
        .as("as operate sorts them")
        .startsWith("pairs-preprocess", "pairs-export", "pairs-feed-museum");

    browser.tabTo(".groups a[href*='feed-museum']");
    browser.press(Keys.ENTER);
    browser.awaitText(".detail", "the log drops the first of them in 9 h");
    assertThat(browser.isVisible("#head")).isFalse();
    assertThat(browser.isFocused(".groups a[href*='feed-museum']")).isTrue();
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  @Tag("full")
  void aPartOfThePageThatDoesNotArriveIsAskedForAgain() throws Exception {
    Browser browser = desk();
    browser.cutOff("*/assets/format.js");
    browser.go(service.address(""));
    browser.awaitText("#incomplete", "A part of this page has not arrived.");
    browser.cutOff();
    awaitStarted(
        browser,
        "the banner is there",
        () ->
            browser.texts(".banner").stream()
                .anyMatch(said -> said.contains("pairs.crowdsourced-3 is stuck at offset 41,022")));
    assertThat(browser.isVisible("#incomplete")).isFalse();

    browser.cutOff("*/assets/lag.js");
    browser.click("#nav [data-view=lag]");
    browser.awaitText("#incomplete", "The page loads again by itself");
    browser.cutOff();
    awaitStarted(browser, "the view is there", () -> browser.isVisible(".groups tbody"));
    assertThat(browser.isVisible("#incomplete")).isFalse();
  }

  /**
   * Waits for a page of which a part had not arrived, and loads again by itself; one that has given
   * up by then is loaded again, as it tells its reader.
   */
  private static void awaitStarted(Browser browser, String what, BooleanSupplier condition) {
    browser.await(
        what,
        () -> {
          if (condition.getAsBoolean()) {
            return true;
          }
          if (hasGivenUp(browser)) {
            browser.script("location.reload()");
          }
          return false;
        });
  }

  private static boolean hasGivenUp(Browser browser) {
    return Boolean.TRUE.equals(
        browser.script(
            "return document.getElementById('incomplete')?.hidden === false"
                + " && Number(sessionStorage.getItem('pairstream.tries')) >= arguments[0]",
            MOST_STARTS));
  }

  @Test
  @Tag("full")
  void aVerdictThatChangesIsSaidOnce() throws Exception {
    Browser browser = deskOn("");
    browser.awaitText(".banner-word", "STALL");
    assertThat(announced(browser)).isEmpty();

    service.change(
        overview -> {
          overview.put("verdict", "OK").put("sentence", "everything keeps up");
          ((ObjectNode) overview.withArray("groups").get(0))
              .put("verdict", "OK")
              .put("sentence", "nothing waits");
        });

    browser.awaitText(".banner-word", "OK");
    int asked = service.asked();
    browser.await("it is asked again", () -> service.asked() > asked + 1);
    assertThat(announced(browser)).isEqualTo("pairs-preprocess: OK. nothing waits ");
    assertThat(browser.script("return document.title")).isEqualTo("Overview – Pairstream");
  }

  @Test
  @Tag("full")
  void aServiceThatWasAwayIsAskedUntilItIsBack() throws Exception {
    Browser browser = deskOn("");
    browser.awaitText(".banner", "pairs.crowdsourced-3 is stuck");

    int port = service.interrupt();

    browser.awaitText("#connection", "The service does not answer.");
    assertThat(browser.text(".banner")).contains("pairs.crowdsourced-3 is stuck");
    service.change(overview -> overview.put("sentence", "it is back"));
    browser.script(NOTE_CONNECTION);
    service.open(port);
    browser.await(
        "the page says that the service answers again",
        () ->
            String.valueOf(browser.script("return window.saidOfConnection.join()"))
                .contains("The service answers again."));
    browser.awaitText(".banner", "it is back");
  }

  @Test
  @Tag("full")
  void aPersonWhoReadsChineseIsSpokenToInChineseAndChoicesAreKept() throws Exception {
    Browser browser = chinese();
    browser.visit(service.address("#/lag"));
    browser.awaitText("h1", "消费积压");
    browser.awaitText(".detail", "停滞");

    browser.click("[data-language=en]");
    browser.awaitText("h1", "Consumer lag");
    browser.reload();

    browser.awaitText("h1", "Consumer lag");
    assertThat(browser.script("return JSON.stringify(Object.keys(localStorage).sort())"))
        .isEqualTo("[\"pairstream.language\"]");
  }

  @Test
  @Tag("full")
  void thePipelineShowsEveryOutputAndFoldsWhatTakedownsDo() throws Exception {
    Browser browser = deskOn("");
    browser.await("the topology is there", () -> browser.isVisible(".graph"));
    assertThat(browser.texts(".graph .box-name"))
        .containsExactly(
            "read", "check-withdrawn", "gate", "check-duplicate", "clean", "check-sample", "split");
    assertThat(browser.text(".box[data-bottleneck]")).startsWith("clean");
    assertThat(browser.script(BOXES_OUTSIDE)).isEqualTo(List.of());

    browser.click("#topology .switch a[href*=nodes]");
    browser.await("all nodes are there", () -> browser.isVisible(".internals"));
    assertThat(browser.script("return location.hash")).isEqualTo("#/overview?nodes=all");
    assertThat(browser.texts(".graph .box")).noneMatch(name -> name.contains("…"));
    assertThat(browser.texts(".graph .box-name"))
        .contains("raw-pairs", "clean", "split", "training", "validation", "test", "quarantine")
        .noneMatch(name -> name.startsWith("takedowns") || name.startsWith("training-t"));
    assertThat(browser.script(BOXES_OUTSIDE)).isEqualTo(List.of());

    browser.click(".topology summary");
    assertThat(browser.texts(".topology details[open] tbody th"))
        .hasSameSizeAs(browser.texts(".graph .box"));
    browser.click(".internals summary");
    assertThat(browser.texts(".internals tbody th"))
        .contains("clean-kept", "takedowns", "training-tombstones");
  }

  @Test
  @Tag("full")
  void theLastHourHasGapsWhereNothingIsKnown() throws Exception {
    Browser browser = deskOn("");

    browser.awaitText("#hour .card-head", "watched since");
    assertThat(
            browser.script(
                "return [...document.querySelectorAll('#hour .chart')].map(chart =>"
                    + " [...chart.querySelectorAll('.chart-line')].map(line =>"
                    + " line.getAttribute('d').split('M').length - 1).join()).join(' ')"))
        .as("pieces of each line")
        .isEqualTo("2,2 2 1");
    assertThat(browser.script("return document.querySelector('#hour .chart').ariaLabel"))
        .asString()
        .startsWith("Pairs per minute: Arriving 540 at ");
    assertThat(browser.texts("#newest .chip")).containsOnly("Rejected");
  }

  @Test
  @Tag("full")
  void aGalleryHasTheCaptionsOfAPictureTogetherAndIsWalkedByKeys() throws Exception {
    Browser browser = deskOn("#/pairs");
    browser.await("the list is there", () -> browser.isVisible(".pair-row"));

    browser.tabTo(".listed a[href*=gallery]");
    browser.press(Keys.ENTER);
    browser.awaitText(".gallery", "2 captions");
    assertThat(browser.texts(".gallery > li")).hasSize(1);
    browser.tabTo(".picture-caption[href$='/a']");
    browser.press(Keys.ARROW_RIGHT);
    assertThat(browser.isFocused(".picture-caption[href$='/b']")).isTrue();
    browser.press(Keys.ENTER);

    browser.awaitText("h1", "Pair");
    browser.script("history.back()");
    browser.await("the gallery is open again", () -> browser.isVisible(".gallery"));
  }

  @Test
  void theRecordedTopologyIsThatOfTheProgram() throws Exception {
    Path golden =
        Path.of(System.getProperty("pairstream.project.dir"))
            .resolve("preprocess-streams/src/test/resources/topology.txt");
    Set<String> recorded = new TreeSet<>();
    service.answers().get(1).path("nodes").forEach(node -> recorded.add(node.path("id").asText()));

    assertThat(recorded)
        .isEqualTo(
            NODE.matcher(Files.readString(golden))
                .results()
                .map(node -> node.group(1))
                .collect(Collectors.toCollection(TreeSet::new)));
  }

  @Test
  @Tag("full")
  void aPersonWhoReadsChineseFindsNoEnglishSentence() throws Exception {
    Browser browser = chinese();

    browser.visit(service.address(""));
    browser.awaitText(".banner", "pairs.crowdsourced-3 已在位置 41,022 停留 6 分钟");
    browser.await("the topology is there", () -> browser.isVisible(".culprit"));
    requireNoEnglish(browser);

    browser.visit(service.address("#/lag"));
    browser.awaitText("#head", "3.1 MB CMYK JPEG");
    requireNoEnglish(browser);
    for (String group : List.of("pairs-export", "pairs-feed-museum", "notebook-7")) {
      browser.visit(service.address("#/lag?group=" + group));
      browser.awaitText(".detail-title", group);
      browser.await("its sentence", () -> !browser.text(".detail-sentence").isEmpty());
      requireNoEnglish(browser);
    }
  }

  /** Names and ids are single words, or hold signs; two Latin words in a row are a sentence. */
  private static void requireNoEnglish(Browser browser) {
    assertThat(
            browser.texts(
                "main p:not(.head-caption), main dd, main td, main li:not(.picture-tile), main h1, main h2, main h3"))
        .filteredOn(text -> !text.isBlank())
        .as("texts with two English words in a row")
        .noneMatch(text -> ENGLISH.matcher(text).find());
  }

  @Test
  void whatIsPlayedSaysWhatTheServiceWouldSay() throws Exception {
    for (ObjectNode answer : service.answers()) {
      for (JsonNode said : answer.findParents("sentence_template")) {
        assertThat(sentence(said.path("sentence_template")).text())
            .isEqualTo(said.path("sentence").asText());
      }
    }
  }

  private static Sentence sentence(JsonNode json) {
    List<Object> arguments = new ArrayList<>();
    for (JsonNode argument : json.path("arguments")) {
      arguments.add(argument.isTextual() ? argument.asText() : sentence(argument));
    }
    return new Sentence(Template.valueOf(json.path("template").asText()), arguments);
  }

  @OnEveryScreen
  void nothingStandsInTheWayOfPeople(Browser.Screen screen, String language, String colours)
      throws Exception {
    Browser browser = using(Browser.open(screen, language));
    browser.prefer(colours);
    browser.visit(service.address(""));
    browser.await("the topology is there", () -> browser.isVisible(".graph"));
    requireFree(browser, language);

    assertThat(browser.texts(".instances .below")).anyMatch(text -> text.contains("17:25:30 UTC"));
    if (screen == Browser.Screen.DESK) {
      assertThat(browser.script(CUT)).as("a table that is cut").isEqualTo(List.of());
    }

    browser.click(".topology summary");
    requireFree(browser, language);

    browser.visit(service.address("#/overview?nodes=all"));
    browser.await("all nodes are there", () -> browser.isVisible(".internals"));
    requireFree(browser, language);

    browser.visit(service.address("#/pairs?as=gallery"));
    browser.await("the gallery is there", () -> browser.isVisible(".picture-caption"));
    requireFree(browser, language);

    browser.visit(service.address("#/lag"));
    browser.await("the head record is there", () -> browser.isVisible("#head"));
    browser.click("[aria-labelledby=history-title] summary");
    requireFree(browser, language);

    service.interrupt();
    browser.await("it is said", () -> browser.isVisible("#connection"));
    requireFree(browser, language);
  }
}

package io.pairstream.system;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.Keys;

/** The operators' page of a limit, in a real browser: moved by keyboard and by pointer. */
class ThresholdPageTest extends ScriptedPageTest {

  private static final String LINE = "#threshold-limit .command code";

  @Test
  void aLimitIsMovedByKeyboardAndSaysWhatAViewWouldHold() throws Exception {
    Browser browser = deskOn("#/threshold?field=answer.nsfw&limit=0.3");
    browser.awaitText("#threshold-limit h2", "answer.nsfw ≤ 0.3");
    assertThat(browser.text("#threshold-limit"))
        .contains(
            "A view keeps 31 of 100 pairs and leaves out 69.",
            "not asked about yet (10)",
            "model failed (2)",
            "The recipe's limit is 0.3. Views take a pair once it is answered and within.",
            "This limit in a recipe, for all pairs");

    browser.tabTo("#threshold-slider");
    browser.press(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT);

    browser.awaitText(LINE, "pairstream view cut NAME --where 'answer.nsfw<=0.31'");
    browser.awaitText("#threshold-limit .tally", "That is 1 more than with 0.3.");
    assertThat(browser.isFocused("#threshold-slider")).isTrue();
    assertThat(browser.one("#threshold-slider").getDomAttribute("aria-valuetext"))
        .isEqualTo("0.31. A view keeps 32 of 100 pairs and leaves out 68.");
    assertThat(browser.texts("#threshold-kept .tile b")).hasSize(8).startsWith("0.31", "0.3");
    assertThat(browser.texts("#threshold-leftOut .tile b")).hasSize(8).startsWith("0.32");
    assertThat(String.valueOf(browser.script("return location.hash"))).endsWith("limit=0.31");
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void aLimitIsDraggedOnTheDrawing() throws Exception {
    Browser browser = using(Browser.open(Browser.Screen.PHONE, "zh-CN,zh"));
    browser.visit(service.address("#/threshold?field=measure.sharpness&bound=AT_LEAST&limit=0.3"));
    browser.awaitText("#threshold-limit h2", "measure.sharpness ≥ 0.3");
    assertThat(browser.text("#threshold-limit")).contains("视图保留 100 对中的 70 对，排除 30 对。");
    requireFree(browser, "threshold");

    browser.drag(".histogram", 0.3, 0.5);

    browser.awaitText("#threshold-limit h2", "measure.sharpness ≥ 0.5");
    browser.awaitText(LINE, "measure.sharpness>=0.5");
    browser.awaitText("#threshold-limit", "min-sharpness: 0.5");
    browser.awaitText("#threshold-limit .tally", "比阈值为 0.3 时少 20 对。");
    assertThat(browser.script("return document.querySelector('#threshold-slider').value"))
        .isEqualTo("0.5");
    assertThat(browser.complaints()).isEmpty();
  }

  /** Each bar has one count of faces alone, that of its lower edge. */
  @ParameterizedTest
  @CsvSource({
    "AT_MOST, 1, 2, 1",
    "AT_MOST, 0.95, 1, 0",
    "AT_LEAST, 1, 3, 1",
    "AT_LEAST, 1.05, 2, 2"
  })
  void aBarOfCountsIsColouredByTheCountItself(
      String bound, String limit, int keptBars, String nearest) throws Exception {
    Browser browser = deskOn("#/threshold?field=answer.faces&bound=" + bound + "&limit=" + limit);
    browser.awaitText("#threshold-limit h2", "answer.faces");

    String drawn =
        "return [...document.querySelectorAll('.histogram .%s')]"
            + ".filter(bar => bar.getAttribute('height') > 0).length";
    assertThat(browser.script(drawn.formatted("bar-kept"))).isEqualTo((long) keptBars);
    assertThat(browser.script(drawn.formatted("bar-out"))).isEqualTo(4L - keptBars);
    assertThat(browser.texts("#threshold-kept .tile b")).startsWith(nearest);
    assertThat(browser.text("#threshold-limit")).contains("keeps " + 25 * keptBars + " of 100");
  }

  @OnEveryScreen
  void nothingStandsInTheWayOfPeople(Browser.Screen screen, String language, String colours)
      throws Exception {
    Browser browser = using(Browser.open(screen, language));
    browser.prefer(colours);
    browser.visit(service.address("#/threshold?field=measure.sharpness&bound=AT_LEAST"));
    browser.await("the limit is there", () -> browser.isVisible("#threshold-slider"));
    browser.script("document.querySelectorAll('details').forEach(it => { it.open = true; })");

    requireFree(browser, "threshold");
    assertThat(browser.text("main")).doesNotContainPattern("\\bthreshold\\.[a-z]");
  }
}

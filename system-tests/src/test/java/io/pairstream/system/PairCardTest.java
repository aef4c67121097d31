package io.pairstream.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.drawing.DrawnPairs;
import io.pairstream.schemas.PairAnswer;
import io.pairstream.schemas.RecordedLimit;
import io.pairstream.schemas.RecordedRecipe;
import io.pairstream.testing.TestDataset;
import java.net.URLEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

/**
 * The operators' page of a pair, in a real browser before the whole platform: why a picture was
 * rejected, what the model reads; to everybody, and without running what is written.
 */
@Tag("full")
class PairCardTest extends StoryTest {

  @Test
  void aCardSaysWhyAPictureWasRejectedAndShowsItWhenAsked() throws Exception {
    Browser browser = desk();
    visitUntil(
        browser,
        "#/pairs?q=IMAGE_TOO_SMALL&reason=IMAGE_TOO_SMALL",
        () -> !browser.texts(".pair-row").isEmpty());
    browser.click(".pair-row-caption");

    browser.awaitText("#pair-why", "The image is too small");
    assertThat(browser.text("#pair-why"))
        .contains("192 px", "200 px", "Send the image in a higher resolution.");
    assertThat(String.join(", ", browser.texts(".journey .place")))
        .matches("crowdsourced \\d+ @ \\d+, quarantine \\d+ @ \\d+");
    assertThat(browser.isVisible(".frame[data-blurred] img")).isTrue();
    browser.click(".reveal");
    assertThat(browser.isVisible(".frame[data-blurred]")).isFalse();
  }

  @Test
  void aCardShowsWhatBecameOfTheWordsAndWhatTheModelNeverReads() throws Exception {
    Browser browser = desk();
    visitUntil(
        browser, "#/pair/" + story.longest(), () -> browser.isVisible("#pair-pictures figure"));

    assertThat(browser.text("#pair-caption"))
        .containsPattern("128 tokens of at most 128; \\d+ more were cut off")
        .contains("Cleaning changed the caption");
    assertThat(browser.texts(".tokens .token.cut s")).isNotEmpty();
    assertThat(browser.texts("#pair-pictures figcaption b"))
        .containsExactly("As received", "As the model sees it");
    assertThat(browser.texts(".marked p.quiet").toString()).contains("amp;");
    visit(browser, "#/pairs?source=SCRAPED&status=TRAINING");
    browser.click(".pair-row-caption");
    browser.await("the card is there", () -> browser.isVisible("a.address"));
    assertThat(browser.one("a.address").getDomAttribute("rel"))
        .isEqualTo("noopener noreferrer nofollow");
  }

  @Test
  void anAnswerOutsideOfTheRecipesLimitIsMarked() throws Exception {
    TestDataset dataset = platform.dataset();
    dataset.send(
        dataset
            .topics()
            .recipes()
            .record(
                "answers",
                RecordedRecipe.newBuilder()
                    .setLimits(
                        List.of(
                            RecordedLimit.newBuilder()
                                .setAnswer("nsfw")
                                .setMax(0.3)
                                .setWhenOutside("TAG")
                                .build()))
                    .build()));
    dataset.send(
        dataset
            .topics()
            .pairAnswers()
            .record(
                story.longest() + "/judge",
                PairAnswer.newBuilder().setNumbers(Map.of("nsfw", 0.5, "faces", 2.0)).build()));
    Browser browser = desk();

    visitUntil(browser, "#/pair/" + story.longest(), () -> browser.isVisible("#pair-answers .tag"));

    assertThat(browser.texts("#pair-answers .tag"))
        .containsExactly("outside of the recipe's limit");
    assertThat(browser.text("#pair-answers")).contains("0.5 outside of the recipe's limit");
  }

  @Test
  void nothingThatProducersWriteRunsAsCode() throws Exception {
    Browser browser = desk();
    for (int i = 0; i < TRAPS.size(); i++) {
      visit(browser, "#/pair/" + story.traps().get(i));
      browser.await("the card is there", () -> browser.isVisible("#pair-facts"));
      browser.script(
          "document.querySelectorAll('details').forEach(it => { it.open = true; });"
              + "document.querySelectorAll('.reveal').forEach(it => it.click());");
      requireUntrapped(browser);
      visit(browser, "#/quarantine?contributor=" + URLEncoder.encode(TRAPS.get(i), UTF_8));
      requireUntrapped(browser);
    }
    for (String view : List.of("pairs", "profile", "actions", "quarantine")) {
      visit(browser, "#/" + view);
      requireUntrapped(browser);
    }
  }

  @OnEveryScreen
  void nothingStandsInTheWayOfPeople(Browser.Screen screen, String language, String colours)
      throws Exception {
    Browser browser = using(Browser.open(screen, language));
    browser.prefer(colours);
    for (String view :
        List.of(
            "pairs",
            "pairs?status=QUARANTINED&q=nothing-is-called-so",
            "pair/" + story.longest(),
            "pair/" + story.traps().get(3),
            "pair/unknown",
            "quarantine",
            "profile",
            "actions",
            "overview",
            "lag?group=pairs-index")) {
      visit(browser, "#/" + view);
      browser.script("document.querySelectorAll('details').forEach(it => { it.open = true; })");
      requireFree(browser, view);
      if (language.startsWith("zh")) {
        assertThat(browser.text("main"))
            .doesNotContainPattern("\\b(pair|picture|quarantine|profile)\\.[a-z]");
      }
    }
    visit(browser, BROKEN);
    requireFree(browser, "sheet of a cell");
    browser.click("#login");
    browser.await("the key is asked for", () -> browser.isFocused("#login-key"));
    requireFree(browser, "login");
    browser.press(key, Keys.ENTER);
    browser.await("the login", () -> browser.isVisible("#logout"));
    browser.script(
        "document.querySelector('.tile:first-child input').scrollIntoView({block: 'center'})");
    browser.click(".tile:first-child input");
    for (String decision : List.of("ACCEPTED", "RECAPTIONED", "REPLAYED")) {
      browser.click("[data-decision=" + decision + "]");
      browser.click("#review-form .primary");
      requireFree(browser, decision);
      browser.click("#review-form .ending .button:first-child");
    }
    browser.click("[data-decision=REJECTED]");
    browser.type("#review-comment", "A file's name is no caption.");
    browser.click("#review-form .primary");
    browser.await("the result is there", () -> browser.isVisible("#review-close"));
    requireFree(browser, "result");
    browser.click("#review-close");
    visit(browser, "#/lag?group=pairs-index");
    browser.click(".detail .row > button");
    browser.click("#mute-form .primary");
    requireFree(browser, "mute");
  }

  @Test
  void theSheetOfARecipeHidesNothingEither() throws Exception {
    Path pictures = Files.createDirectory(folder.resolve("pictures"));
    Files.write(
        pictures.resolve("a.jpg"),
        RunningPlatform.image(RunningPlatform.submitted(new DrawnPairs(3, 0.0), 0)));
    Files.writeString(pictures.resolve("a.txt"), "A_caption_without_any_space_".repeat(20));
    Path sheet = folder.resolve("sheet.html");
    try (PairstreamProcess trial =
        PairstreamProcess.start(
            folder.resolve("try.log"), "recipe try", pictures, "--sheet", sheet)) {
      assertThat(trial.ended()).as(trial.said()).isZero();
    }
    Browser browser = using(Browser.open(Browser.Screen.PHONE, "en-GB"));

    browser.go(sheet.toUri().toString());

    requireFree(browser, "sheet");
  }
}

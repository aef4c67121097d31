package io.pairstream.system;

import io.pairstream.service.http.Scope;
import io.pairstream.testing.Await;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/** Tests of the operators' page before a whole platform to which producers have sent much. */
abstract class StoryTest extends PageTest {

  static final String BROKEN = "#/quarantine?reason=CAPTION_IS_FILE_NAME&source=CROWDSOURCED";

  @TempDir static Path folder;

  static RunningPlatform platform;
  static PublishedStory story;
  static String address;
  static String key;

  private int visits;

  @BeforeAll
  static void start() throws IOException {
    platform = RunningPlatform.start(folder.resolve("data"));
    story = PublishedStory.on(platform);
    address = platform.address("dashboard_url");
    key = platform.key("anna", Scope.REVIEW);
    Await.until(
        "the dashboard knows all of it",
        () ->
            Http.json(address + "/v1/quarantine").path("total").asInt() >= PublishedStory.REJECTED
                && Http.get(address + "/v1/pairs/" + story.longest()).statusCode() == 200,
        () -> Http.json(address + "/v1/quarantine"));
  }

  @AfterAll
  static void stop() {
    platform.close();
  }

  /** Opens a view in a page that is loaded anew: what is there is not from the view before. */
  void visit(Browser browser, String view) {
    visits++;
    browser.visit(address + "/?" + visits + view);
    browser.await("it is there", () -> !browser.isVisible(".skeleton"));
  }

  /** Visits a view again until a condition holds. */
  void visitUntil(Browser browser, String view, BooleanSupplier condition) {
    visit(browser, view);
    browser.await(
        view + " shows it",
        () -> {
          if (!condition.getAsBoolean()) {
            visit(browser, view);
          }
          return condition.getAsBoolean();
        });
  }

  static void logIn(Browser browser) {
    browser.click("#login");
    browser.await("the key is asked for", () -> browser.isFocused("#login-key"));
    browser.press(key, Keys.ENTER);
    browser.await("the login", () -> browser.isVisible("#logout"));
  }
}

package io.pairstream.system;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** The browser of this machine, as tests start it. */
final class Chromium {

  /** Complains of each browser that is newer than Selenium; what it would find is not used. */
  private static final Logger DEVTOOLS_FINDER =
      Logger.getLogger("org.openqa.selenium.devtools.CdpVersionFinder");

  private Chromium() {}

  /** Without one the test is skipped, or fails where one was promised. */
  static ChromeDriver start(Browser.Screen screen, String languages) {
    Optional<Path> browser = program("chromium", "chromium-browser", "google-chrome");
    Optional<Path> driver = program("chromedriver");
    if (browser.isEmpty() || driver.isEmpty()) {
      ContainerEngine.missing("no Chromium with its chromedriver is on the path");
    }
    DEVTOOLS_FINDER.setLevel(Level.SEVERE);
    ChromeDriverService service =
        new ChromeDriverService.Builder()
            .usingDriverExecutable(driver.orElseThrow().toFile())
            .usingAnyFreePort()
            .withSilent(true)
            .withTimeout(Duration.ofMinutes(3))
            .build();
    return new ChromeDriver(service, options(browser.orElseThrow(), screen, languages));
  }

  private static ChromeOptions options(Path browser, Browser.Screen screen, String languages) {
    ChromeOptions options = new ChromeOptions();
    options.setBinary(browser.toFile());
    options.addArguments("--headless=new", "--disable-dev-shm-usage", "--no-first-run");
    options.addArguments("--host-resolver-rules=MAP " + Browser.REBOUND_NAME + " 127.0.0.1");
    options.addArguments("--accept-lang=" + languages);
    options.setExperimentalOption("prefs", Map.of("intl.accept_languages", languages));
    if (System.getProperty("user.name").equals("root")) {
      // Its sandbox does not work for root, as whom containers like to run.
      options.addArguments("--no-sandbox");
    }
    if (screen.widthPx < 600) {
      options.setExperimentalOption(
          "mobileEmulation",
          Map.of(
              "deviceMetrics",
              Map.of(
                  "width",
                  screen.widthPx,
                  "height",
                  screen.heightPx,
                  "pixelRatio",
                  2.0,
                  "touch",
                  true)));
    } else {
      options.addArguments("--window-size=" + screen.widthPx + "," + screen.heightPx);
    }
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    options.setCapability("goog:loggingPrefs", logs);
    return options;
  }

  private static Optional<Path> program(String... names) {
    String path = System.getenv().getOrDefault("PATH", "");
    return Arrays.stream(names)
        .flatMap(name -> Arrays.stream(path.split(File.pathSeparator)).map(at -> Path.of(at, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }
}

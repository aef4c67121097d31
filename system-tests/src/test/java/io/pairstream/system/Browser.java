package io.pairstream.system;

import static org.assertj.core.api.Assertions.fail;

import io.pairstream.testing.Await;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;

/** A real browser of this machine, without a window, and a person who uses it. */
final class Browser implements AutoCloseable {

  /** Screen of a person. */
  enum Screen {
    DESK(1280, 900),
    PHONE(390, 844),
    /** The narrowest phone that is still common. */
    NARROW_PHONE(360, 740);

    final int widthPx;
    final int heightPx;

    Screen(int widthPx, int heightPx) {
      this.widthPx = widthPx;
      this.heightPx = heightPx;
    }
  }

  /** A name that an attacker lets point to this machine. */
  static final String REBOUND_NAME = "rebound.example";

  private static final Duration TIMEOUT = Duration.ofMinutes(1);

  private static final String NETWORK_CHANGED = "net::ERR_NETWORK_CHANGED";

  /** More stops than any page of ours has. */
  private static final int MOST_TABS = 60;

  /** The one that was closed last, for the next of its kind: to start one takes seconds. */
  private static final AtomicReference<Browser> IDLE = new AtomicReference<>();

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(Browser::quitIdle, "browser-end"));
  }

  private final ChromeDriver driver;
  private final Screen screen;
  private final String languages;

  /** Scheme, host and port of each page that was visited. */
  private final Set<String> origins = new HashSet<>();

  private Browser(ChromeDriver driver, Screen screen, String languages) {
    this.driver = driver;
    this.screen = screen;
    this.languages = languages;
  }

  /**
   * Opens a browser, or takes the one that was closed last, which has forgotten what {@link #close}
   * tells.
   *
   * @param languages what the person reads, as {@code Accept-Language} has it
   */
  static Browser open(Screen screen, String languages) {
    Browser idle = IDLE.getAndSet(null);
    if (idle != null) {
      if (idle.screen == screen && idle.languages.equals(languages) && idle.isAlive()) {
        return idle;
      }
      idle.quit();
    }
    ChromeDriver chrome = Chromium.start(screen, languages);
    chrome.manage().timeouts().scriptTimeout(TIMEOUT);
    return new Browser(chrome, screen, languages);
  }

  /** A kernel that is short of memory ends a browser's processes first. */
  private boolean isAlive() {
    try {
      return Boolean.TRUE.equals(driver.executeScript("return true"));
    } catch (RuntimeException e) {
      return false;
    }
  }

  private void quit() {
    try {
      driver.quit();
    } catch (RuntimeException e) {
      // Its driver is gone already, and nothing else can end the browser.
    }
  }

  /** Goes to an address and waits until the page can be used. */
  void visit(String address) {
    go(address);
    awaitUsable();
  }

  /** Goes to an address whose page is not expected to be usable. */
  void go(String address) {
    URI uri = URI.create(address);
    origins.add(uri.getScheme() + "://" + uri.getAuthority());
    driver.get(address);
  }

  /**
   * From now on nothing comes from addresses like these, {@code *} for any part; only from those.
   */
  void cutOff(String... addresses) {
    driver.executeCdpCommand("Network.enable", Map.of());
    driver.executeCdpCommand("Network.setBlockedURLs", Map.of("urls", List.of(addresses)));
  }

  /** Whether pages may do what the policy in their answers forbids, as those of others may. */
  void ignorePolicies(boolean ignored) {
    driver.executeCdpCommand("Page.setBypassCSP", Map.of("enabled", ignored));
  }

  void reload() {
    driver.navigate().refresh();
    awaitUsable();
  }

  /** Waits until the page can be used; also one that loads again by itself. */
  void awaitUsable() {
    await("the page is ready", this::isUsable);
  }

  boolean isUsable() {
    return "ready".equals(script("return document.documentElement.dataset.state"));
  }

  /** How the person likes pages: {@code dark} or {@code light}. */
  void prefer(String colourScheme) {
    driver.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of(
            "features",
            List.of(
                Map.of("name", "prefers-color-scheme", "value", colourScheme),
                Map.of("name", "prefers-reduced-motion", "value", "reduce"))));
  }

  /** Presses Tab until the focus is on what the selector finds. */
  void tabTo(String selector) {
    for (int tabs = 0; tabs < MOST_TABS; tabs++) {
      if (isFocused(selector)) {
        return;
      }
      press(Keys.TAB);
    }
    fail("the Tab key does not lead to " + selector + "; the focus is on " + focused());
  }

  boolean isFocused(String selector) {
    return Boolean.TRUE.equals(
        script("return document.activeElement?.matches(arguments[0]) ?? false", selector));
  }

  private Object focused() {
    return script("return document.activeElement?.outerHTML.slice(0, 200)");
  }

  /** Types into whatever has the focus. */
  void press(CharSequence... keys) {
    driver.switchTo().activeElement().sendKeys(keys);
  }

  /** Chooses files in the dialog of the field that has the focus, or of the selector's. */
  void choose(String selector, Path... files) {
    one(selector)
        .sendKeys(Arrays.stream(files).map(Path::toString).collect(Collectors.joining("\n")));
  }

  /** Clicks as a person does, who first has to see it. */
  void click(String selector) {
    await(selector + " is shown", () -> driver.findElement(By.cssSelector(selector)).isDisplayed());
    one(selector).click();
  }

  void type(String selector, String text) {
    one(selector).sendKeys(text);
  }

  /**
   * Presses the pointer on a part of an element, by the share of its width, and moves to another.
   */
  void drag(String selector, double from, double to) {
    WebElement element = one(selector);
    int width = element.getSize().getWidth();
    new Actions(driver)
        .moveToElement(element, (int) ((from - 0.5) * width), 0)
        .clickAndHold()
        .moveToElement(element, (int) ((to - 0.5) * width), 0)
        .release()
        .perform();
  }

  WebElement one(String selector) {
    await(selector + " is there", () -> !driver.findElements(By.cssSelector(selector)).isEmpty());
    return driver.findElement(By.cssSelector(selector));
  }

  /**
   * Visible text of each element, read in one question. An element so far down that the browser has
   * not laid it out yet gives all of its text.
   */
  List<String> texts(String selector) {
    Object texts =
        script(
            "const isLaidOut = it => it.checkVisibility({contentVisibilityAuto: true});"
                + "return [...document.querySelectorAll(arguments[0])].map(it =>"
                + " !it.checkVisibility({opacityProperty: true, visibilityProperty: true}) ? ''"
                + " : ((isLaidOut(it) ? it.innerText : null) ?? it.textContent).trim());",
            selector);
    return ((List<?>) texts).stream().map(String::valueOf).toList();
  }

  /** All that can be seen of an element. */
  String text(String selector) {
    return one(selector).getText();
  }

  boolean isVisible(String selector) {
    return driver.findElements(By.cssSelector(selector)).stream().anyMatch(WebElement::isDisplayed);
  }

  void await(String what, BooleanSupplier condition) {
    await(what, TIMEOUT, condition);
  }

  void await(String what, Duration timeout, BooleanSupplier condition) {
    Await.until(what, timeout, condition::getAsBoolean, this::visibleText);
  }

  void awaitText(String selector, String text) {
    await(
        selector + " says " + text,
        () -> texts(selector).stream().anyMatch(found -> found.contains(text)));
  }

  private String visibleText() {
    return driver.findElement(By.tagName("body")).getText();
  }

  Object script(String script, Object... arguments) {
    return driver.executeScript(script, arguments);
  }

  /** Runs a script that may wait, as the body of an async function, and gives what it gives. */
  Object later(String script) {
    return driver.executeAsyncScript(
        "const done = arguments[arguments.length - 1]; (async () => {"
            + script
            + "})().then(done, error => done(String(error)));");
  }

  /**
   * Complaints of the browser: errors of scripts, and whatever the policy blocked; but no change of
   * this machine's networks, as containers beside it come and go.
   */
  List<String> complaints() {
    List<String> all =
        driver.manage().logs().get(LogType.BROWSER).getAll().stream()
            .map(LogEntry::getMessage)
            .toList();
    boolean changed = all.stream().anyMatch(message -> message.contains(NETWORK_CHANGED));
    return all.stream()
        .filter(message -> !message.contains(NETWORK_CHANGED))
        .filter(message -> !changed || !message.contains("Failed to fetch"))
        .toList();
  }

  /** As if the services had forgotten the session. */
  void forgetCookies() {
    driver.manage().deleteAllCookies();
  }

  @Override
  public void close() {
    try {
      forget();
    } catch (RuntimeException e) {
      quit();
      return;
    }
    Browser before = IDLE.getAndSet(this);
    if (before != null) {
      before.quit();
    }
  }

  private void forget() {
    driver.resetInputState();
    script("sessionStorage.clear()");
    driver.get("about:blank");
    for (String origin : origins) {
      driver.executeCdpCommand(
          "Storage.clearDataForOrigin", Map.of("origin", origin, "storageTypes", "all"));
    }
    origins.clear();
    driver.executeCdpCommand("Network.clearBrowserCookies", Map.of());
    driver.executeCdpCommand("Network.clearBrowserCache", Map.of());
    driver.executeCdpCommand("Network.setBlockedURLs", Map.of("urls", List.of()));
    driver.executeCdpCommand("Emulation.setEmulatedMedia", Map.of("features", List.of()));
    ignorePolicies(false);
    driver.executeCdpCommand("Page.resetNavigationHistory", Map.of());
    driver.manage().logs().get(LogType.BROWSER);
  }

  private static void quitIdle() {
    Browser idle = IDLE.getAndSet(null);
    if (idle != null) {
      idle.quit();
    }
  }
}

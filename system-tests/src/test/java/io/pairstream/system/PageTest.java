package io.pairstream.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Base of the tests of pages: resources that they have opened, and assertions that hold of every
 * page.
 */
@Timeout(1800)
abstract class PageTest {

  /** Texts that would run where text is taken for markup, an address or code. */
  static final List<String> TRAPS =
      List.of(
          "<script>window.trapped = 1</script>",
          "<img src=x onerror=\"window.trapped = 1\">",
          "\"><svg onload=window.trapped=1>",
          "javascript:window.trapped=1",
          "data:text/html,<script>parent.trapped=1</script>",
          "{{constructor.constructor('window.trapped=1')()}}",
          "${window.trapped=1}",
          "'-(window.trapped=1)-'",
          "</textarea><iframe srcdoc=\"<script>parent.trapped=1</script>\">",
          "<a href=\"javascript:window.trapped=1\" autofocus onfocus=window.trapped=1>click</a>",
          "</style></title><style>body{display:none}</style>",
          "#/pair/../../<img src=x onerror=window.trapped=1>",
          "%3Cimg%20src=x%20onerror=window.trapped=1%3E&reason=x",
          "//trap.example/x.js",
          "\u202Egnp.drawkcab <b>bold</b> &lt;script&gt;");

  /** A test that looks at its pages on each screen, in both languages and colours. */
  @ParameterizedTest(name = "{0} {1}")
  @CsvSource({
    "DESK, en-GB, light",
    "DESK, zh-CN, dark",
    "PHONE, en-GB, dark",
    "PHONE, zh-CN, light",
    "NARROW_PHONE, en-GB, light"
  })
  @Tag("full")
  @Target(ElementType.METHOD)
  @Retention(RetentionPolicy.RUNTIME)
  @interface OnEveryScreen {}

  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (int i = open.size() - 1; i >= 0; i--) {
      open.get(i).close();
    }
  }

  final <T extends AutoCloseable> T using(T opened) {
    open.add(opened);
    return opened;
  }

  final Browser desk() {
    return using(Browser.open(Browser.Screen.DESK, "en-GB,en"));
  }

  /** A desk's browser with a page that can be used. */
  final Browser deskAt(String address) {
    Browser browser = desk();
    browser.visit(address);
    return browser;
  }

  final Browser chinese() {
    return using(Browser.open(Browser.Screen.DESK, "zh-CN,zh"));
  }

  static String announced(Browser browser) {
    return String.valueOf(
        browser.script("return document.getElementById('announcer').textContent"));
  }

  /** Nothing stands in the way of people with disabilities, nor is wider than the screen. */
  static void requireFree(Browser browser, String where) throws IOException {
    // What happens to lie half below a bar that stays in place would count as a small target.
    browser.script("scrollTo(0, 0)");
    try (InputStream axe = PageTest.class.getResourceAsStream("/axe.min.js")) {
      browser.script(new String(axe.readAllBytes(), UTF_8));
    }
    Object barriers =
        browser.later(
            // Neither is looked at by itself; WCAG asks for both.
            """
            const found = await axe.run(document,
                {resultTypes: ['violations'], rules: {
                    'target-size': {enabled: true},
                    'label-content-name-mismatch': {enabled: true}}});
            return found.violations.map(v =>
                v.impact + ' ' + v.id + ': ' + v.nodes.map(n => n.target.join(' ')).join(', '));
            """);
    assertThat(barriers).as(where).isEqualTo(List.of());
    Object wider =
        browser.script(
            """
            const seen = document.documentElement.clientWidth;
            return document.documentElement.scrollWidth <= seen ? []
                : [...document.querySelectorAll('body *')]
                    .filter(it => it.getBoundingClientRect().right > seen + 1)
                    .map(it => it.outerHTML.slice(0, 100));
            """);
    assertThat(wider)
        .as(where + ": what makes the page wider than the screen")
        .isEqualTo(List.of());
  }

  /** No text has run as code, nor become an element that could, nor a link to elsewhere. */
  static void requireUntrapped(Browser browser) {
    assertThat(browser.script("return window.trapped ?? 'no'")).isEqualTo("no");
    assertThat(
            browser.script(
                "return [...document.querySelectorAll('iframe, main script, main style, dialog"
                    + " script, [onerror], [onload], [onclick], [onfocus], [srcdoc]')].length"
                    + " + [...document.querySelectorAll('main a[href], dialog a[href]')]"
                    + ".filter(link => !/^(#|\\/v1\\/|https?:)/.test(link.getAttribute('href')))"
                    + ".length + [...document.querySelectorAll('a[target], a[href^=http]')]"
                    + ".filter(link => link.rel !== 'noopener noreferrer nofollow').length"))
        .isEqualTo(0L);
    assertThat(browser.complaints()).isEmpty();
  }
}

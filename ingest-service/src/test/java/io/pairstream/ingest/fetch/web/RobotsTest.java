package io.pairstream.ingest.fetch.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.ingest.fetch.web.FetchSettings.Politeness;
import io.pairstream.ingest.publish.Pictures;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RobotsTest {

  private static final FetchSettings SETTINGS =
      Fetching.from(Fetching.hasty(true), Fetching.PATIENT, "127.0.0.0/8");

  private final Site site = Site.open();

  RobotsTest() {
    site.answer("/a.png", "200 OK", "", Pictures.png(16, 16, 1));
    site.answer("/private/a.png", "200 OK", "", Pictures.png(16, 16, 1));
  }

  @AfterEach
  void close() {
    site.close();
  }

  @Test
  void readsTheFileOnceForManyImages() {
    robots("User-agent: *\nDisallow: /private/\n");
    String url = site.url("/a.png");

    List<FetchResult> results =
        WebFetcherTest.fetchAll(SETTINGS, List.of(url, url, url, url, url, url));

    assertThat(results).allSatisfy(result -> WebFetcherTest.fetched(result));
    assertThat(site.requestLines()).hasSize(7).startsWith("GET /robots.txt HTTP/1.1");
  }

  @Test
  void doesNotAskForWhatIsForbidden() {
    robots("User-agent: *\nDisallow: /private/\n");

    assertThat(failed("/private/a.png").reason()).isEqualTo(RejectReason.FETCH_ROBOTS);
    assertThat(site.requestLines()).containsExactly("GET /robots.txt HTTP/1.1");
  }

  @Test
  void aStrayPercentDoesNotOpenWhatIsForbidden() {
    robots("User-agent: *\nDisallow: /private/\n");

    assertThat(failed("/private/%zz.png").reason()).isEqualTo(RejectReason.FETCH_ROBOTS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"404 Not Found", "403 Forbidden", "401 Unauthorized", "410 Gone"})
  void aHostWithoutTheFileAllowsEverything(String status) {
    site.answer("/robots.txt", status, "", "Disallow: /".getBytes(StandardCharsets.UTF_8));

    WebFetcherTest.fetched(WebFetcherTest.fetch(SETTINGS, site.url("/a.png")));
  }

  @ParameterizedTest
  @CsvSource({
    "500 Fault, FETCH_SERVER_ERROR",
    "503 Busy, FETCH_SERVER_ERROR",
    "429 Too Many, FETCH_THROTTLED"
  })
  void aHostWhoseFileCannotBeReadIsAskedLater(String status, RejectReason reason) {
    site.answer("/robots.txt", status, "", new byte[0]);
    try (WebFetcher fetcher = WebFetcher.open(SETTINGS, Clock.systemUTC())) {
      for (int i = 0; i < 3; i++) {
        FetchResult.Failed failed =
            WebFetcherTest.failed(WebFetcherTest.await(fetcher.fetch(site.url("/a.png"), "")));

        assertThat(failed.reason()).isEqualTo(reason);
        assertThat(failed.retryable()).isTrue();
        assertThat(failed.detail()).startsWith("robots.txt: ");
      }
    }
    assertThat(site.requestLines()).containsExactly("GET /robots.txt HTTP/1.1");
  }

  @Test
  void followsTheFileToAnotherHost() {
    try (Site other = Site.on("127.9.0.2")) {
      other.answer(
          "/r.txt", "200 OK", "", "User-agent: *\nDisallow: /a".getBytes(StandardCharsets.UTF_8));
      site.answer(
          "/robots.txt",
          "301 Moved",
          "Location: http://127.9.0.2:" + other.port() + "/r.txt\r\n",
          new byte[0]);

      assertThat(failed("/a.png").reason()).isEqualTo(RejectReason.FETCH_ROBOTS);
    }
  }

  @Test
  void keepsTheDelayThatTheHostAsksFor() {
    robots("User-agent: *\nCrawl-delay: 3600\n");
    String url = site.url("/a.png");
    FetchSettings hasty =
        Fetching.from(
            new Politeness(4, 1000, Duration.ZERO, Duration.ofSeconds(2), true),
            Fetching.PATIENT,
            "127.0.0.0/8");

    List<FetchResult> results = WebFetcherTest.fetchAll(hasty, List.of(url, url));

    assertThat(results).filteredOn(FetchResult.Fetched.class::isInstance).hasSize(1);
    assertThat(results)
        .filteredOn(FetchResult.Postponed.class::isInstance)
        .singleElement()
        .satisfies(
            result ->
                assertThat(((FetchResult.Postponed) result).retryAfter())
                    .isGreaterThan(Duration.ofMinutes(59)));
  }

  private void robots(String text) {
    site.answer("/robots.txt", "200 OK", "", text.getBytes(StandardCharsets.UTF_8));
  }

  private FetchResult.Failed failed(String path) {
    return WebFetcherTest.failed(WebFetcherTest.fetch(SETTINGS, site.url(path)));
  }
}

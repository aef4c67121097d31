package io.pairstream.ingest.fetch.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.ingest.fetch.web.FetchSettings.Politeness;
import io.pairstream.ingest.publish.Pictures;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(900)
class WebFetcherTest {

  private static final byte[] PNG = Pictures.png(16, 16, 1);

  /** No robots.txt, no pause between requests. */
  private static final FetchSettings QUICK =
      Fetching.from(Fetching.hasty(false), Fetching.PATIENT, "127.0.0.0/8");

  /** For hosts that take too long. */
  private static final FetchSettings IMPATIENT =
      Fetching.from(
          Fetching.hasty(false),
          new FetchSettings.Limits(1 << 20, Duration.ofSeconds(3), Duration.ofSeconds(3), 3),
          "127.0.0.0/8");

  private final Site site = Site.open();

  @AfterEach
  void close() {
    site.close();
  }

  @Test
  void fetchesAnImageWithItsProvenance() {
    site.answer("/a.png?size=1", "200 OK", "Content-Type: image/png\r\n", PNG);

    FetchResult.Fetched fetched = fetched(fetch(QUICK, site.url("/a.png?size=1#top")));

    assertThat(fetched.image().bytes()).isEqualTo(PNG);
    assertThat(fetched.finalUrl()).isEqualTo(site.url("/a.png?size=1"));
    assertThat(fetched.contentType()).isEqualTo("image/png");
    assertThat(fetched.status()).isEqualTo(200);
    assertThat(fetched.address()).isEqualTo("127.0.0.1");
    assertThat(fetched.redirects()).isZero();
  }

  @Test
  void saysWhoItIsAndSendsNothingElse() {
    site.answer("/a.png", "200 OK", "Set-Cookie: a=b\r\n", PNG);

    List<FetchResult> results = fetchAll(QUICK, List.of(site.url("/a.png"), site.url("/a.png")));

    assertThat(results).allSatisfy(result -> fetched(result));
    assertThat(site.requests())
        .allSatisfy(
            request ->
                assertThat(request)
                    .isEqualTo(
                        "GET /a.png HTTP/1.1\r\n"
                            + "User-Agent: Pairstream/1.0 (+https://example.org/about)\r\n"
                            + "Accept: image/jpeg,image/png,image/webp,image/gif,*/*;q=0.1\r\n"
                            + "Accept-Encoding: identity\r\nHost: 127.0.0.1:"
                            + site.port()
                            + "\r\nConnection: Keep-Alive\r\n\r\n"));
  }

  @ParameterizedTest
  @CsvSource({
    "404 Not Found, FETCH_NOT_FOUND, false",
    "410 Gone, FETCH_GONE, false",
    "401 Unauthorized, FETCH_FORBIDDEN, false",
    "403 Forbidden, FETCH_FORBIDDEN, false",
    "451 Unavailable For Legal Reasons, FETCH_FORBIDDEN, false",
    "400 Bad Request, FETCH_STATUS, false",
    "204 No Content, FETCH_STATUS, false",
    "304 Not Modified, FETCH_STATUS, false",
    "408 Request Timeout, FETCH_TIMEOUT, true",
    "429 Too Many Requests, FETCH_THROTTLED, true",
    "500 Internal Server Error, FETCH_SERVER_ERROR, true",
    "503 Service Unavailable, FETCH_SERVER_ERROR, true",
  })
  void everyStatusHasItsReason(String status, RejectReason reason, boolean retryable) {
    site.answer("/a.png", status, "", status.startsWith("204") ? new byte[0] : PNG);

    FetchResult.Failed failed = failed(fetch(QUICK, site.url("/a.png")));

    assertThat(failed.reason()).isEqualTo(reason);
    assertThat(failed.retryable()).isEqualTo(retryable);
    assertThat(failed.measured().inWords()).isEqualTo(status.substring(0, 3));
    assertThat(failed.detail()).contains("127.0.0.1");
  }

  @Test
  void tellsHowLongTheHostWantsToBeLeftAlone() {
    site.answer("/a.png", "503 Busy", "Retry-After: 120\r\n", PNG);

    FetchResult.Failed failed = failed(fetch(QUICK, site.url("/a.png")));

    assertThat(failed.reason()).isEqualTo(RejectReason.FETCH_THROTTLED);
    assertThat(failed.retryAfter()).isEqualTo(Duration.ofMinutes(2));
  }

  @Test
  void followsRedirectsByHand() {
    site.answer("/1", "301 Moved", "Location: /x/2?q\r\n", new byte[0]);
    site.answer(
        "/x/2?q", "302 Found", "Location: ../y/3\r\n", "moved".getBytes(StandardCharsets.UTF_8));
    site.answer("/y/3", "307 Moved", "Location: " + site.url("/4.png") + "\r\n", new byte[0]);
    site.answer("/4.png", "200 OK", "", PNG);

    FetchResult.Fetched fetched = fetched(fetch(QUICK, site.url("/1")));

    assertThat(fetched.redirects()).isEqualTo(3);
    assertThat(fetched.finalUrl()).isEqualTo(site.url("/4.png"));
  }

  @Test
  void givesUpOnOneRedirectMore() {
    site.answer("/", "301 Moved", "Location: /\r\n", new byte[0]);

    FetchResult.Failed failed = failed(fetch(QUICK, site.url("/")));

    assertThat(failed.reason()).isEqualTo(RejectReason.FETCH_REDIRECT);
    assertThat(failed.measured().limitInWords()).isEqualTo("3");
    assertThat(site.requestLines()).hasSize(4);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ftp://example.com/a", "javascript:alert(1)", "http://", "//a b/", ""})
  void doesNotFollowWhatIsNoWebAddress(String location) {
    site.answer("/", "302 Found", "Location: " + location + "\r\n", new byte[0]);

    assertThat(failed(fetch(QUICK, site.url("/"))).reason()).isEqualTo(RejectReason.FETCH_REDIRECT);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "X-Robots-Tag: noai",
        "X-Robots-Tag: index, NoImageAI",
        "X-Robots-Tag: pairstream: noindex",
        "X-Robots-Tag: otherbot: noindex, pairstream: noml",
        "TDM-Reservation: 1",
        "Content-Usage: train-ai=n",
        "Content-Usage: train-ai=n;x=1",
        "Content-Usage: search=y, train-ai=n ; until=2030",
      })
  void doesNotReadTheBodyOfAnImageWhoseHostOptsOut(String header) {
    CountDownLatch left = new CountDownLatch(1);
    // The body never comes to its end: only who leaves before can have answered.
    site.answer("/a.png", endless("HTTP/1.1 200 OK\r\n" + header + "\r\n\r\n", left));

    FetchResult.Failed failed = failed(fetch(QUICK, site.url("/a.png")));

    assertThat(failed.reason()).isEqualTo(RejectReason.FETCH_OPTED_OUT);
    assertThat(failed.retryable()).isFalse();
    assertThat(within(left)).isTrue();
  }

  @Test
  void refusesALargerImageByItsDeclaredSize() {
    site.answer("/a.png", "200 OK", "", Arrays.copyOf(PNG, (1 << 20) + 1));

    FetchResult.Failed failed = failed(fetch(QUICK, site.url("/a.png")));

    assertThat(failed.reason()).isEqualTo(RejectReason.FETCH_TOO_LARGE);
    assertThat(failed.measured().inWords()).isEqualTo(((1 << 20) + 1) + " bytes");
    assertThat(failed.measured().limitInWords()).isEqualTo((1 << 20) + " bytes");
  }

  @Test
  void stopsReadingABodyWithoutEnd() {
    CountDownLatch left = new CountDownLatch(1);
    site.answer("/a.png", endless("HTTP/1.1 200 OK\r\n\r\n", left));

    assertThat(failed(fetch(QUICK, site.url("/a.png"))).reason())
        .isEqualTo(RejectReason.FETCH_TOO_LARGE);
    assertThat(within(left)).isTrue();
  }

  @Test
  void aBodyThatIsCutOffIsNoImage() {
    site.answer("/a.png", once("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n", PNG));

    FetchResult.Failed failed = failed(fetch(QUICK, site.url("/a.png")));

    assertThat(failed.reason()).isEqualTo(RejectReason.FETCH_CONNECTION);
    assertThat(failed.retryable()).isTrue();
  }

  @Test
  void aDripDoesNotHoldAFetchForLongerThanItsTime() {
    CountDownLatch left = new CountDownLatch(1);
    site.answer(
        "/a.png",
        out -> {
          out.write(bytes("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"));
          try {
            // It never comes to its end, however long the client waits.
            while (true) {
              for (byte each : PNG) {
                out.write(each);
                out.flush();
                Thread.sleep(200);
              }
            }
          } catch (InterruptedException e) {
            return false;
          } catch (IOException e) {
            left.countDown();
            return false;
          }
        });

    FetchResult.Failed failed = impatientlyFailed("/a.png");

    assertThat(failed.reason()).isEqualTo(RejectReason.FETCH_TIMEOUT);
    assertThat(failed.measured().limitInWords()).isEqualTo("3 s");
    assertThat(within(left)).isTrue();
  }

  /** Fails once the site is asked: where the machine stands still, it may not come to that. */
  private FetchResult.Failed impatientlyFailed(String path) {
    FetchResult.Failed failed = failed(fetch(IMPATIENT, site.url(path)));
    while (site.requests().isEmpty()) {
      failed = failed(fetch(IMPATIENT, site.url(path)));
    }
    return failed;
  }

  @Test
  void whatIsNoImageIsNotReadToItsEnd() {
    CountDownLatch left = new CountDownLatch(1);
    site.answer(
        "/a.png",
        endless("HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n<!doctype html><p>", left));

    FetchResult.Failed failed = failed(fetch(QUICK, site.url("/a.png")));

    assertThat(failed.reason()).isEqualTo(RejectReason.FETCH_NOT_AN_IMAGE);
    assertThat(failed.detail()).contains("HTML page");
    assertThat(within(left)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "II*\0 a TIFF file", "<svg xmlns=''>"})
  void whatIsNoImageThatWeTakeIsRefused(String body) {
    site.answer("/a.png", "200 OK", "Content-Type: image/png\r\n", bytes(body));

    assertThat(failed(fetch(QUICK, site.url("/a.png"))).reason())
        .isEqualTo(RejectReason.FETCH_NOT_AN_IMAGE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "br", "gzip, gzip"})
  void otherCompressionIsRefusedBeforeTheBody(String coding) {
    site.answer("/a.png", "200 OK", "Content-Encoding: " + coding + "\r\n", PNG);

    FetchResult.Failed failed = failed(fetch(QUICK, site.url("/a.png")));

    assertThat(failed.reason()).isEqualTo(RejectReason.FETCH_NOT_AN_IMAGE);
    assertThat(failed.detail()).contains(coding);
  }

  @Test
  void holdsTheImageAgainstItsDigest() {
    site.answer("/a.png", "200 OK", "", PNG);
    try (WebFetcher fetcher = WebFetcher.open(QUICK, Clock.systemUTC())) {
      String digest = fetched(await(fetcher.fetch(site.url("/a.png"), ""))).imageDigest();

      fetched(await(fetcher.fetch(site.url("/a.png"), digest)));
      FetchResult.Failed failed = failed(await(fetcher.fetch(site.url("/a.png"), "0".repeat(64))));

      assertThat(failed.reason()).isEqualTo(RejectReason.FETCH_DIGEST_MISMATCH);
      assertThat(failed.measured().inWords()).isEqualTo(digest);
      assertThat(failed.measured().limitInWords()).isEqualTo("0".repeat(64));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\r\nX: %s\r\n\r\n",
        "HTTP/1.1 %s\r\n\r\n",
        "%s",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nxxxxxx",
        "HTTP/9.9 99999 \r\n\r\n",
        "",
      })
  void whatIsNoHttpFails(String answer) {
    site.answer("/a.png", once(answer.replace("%s", "x".repeat(100_000)), new byte[0]));

    FetchResult.Failed failed = failed(fetch(QUICK, site.url("/a.png")));

    assertThat(failed.reason())
        .isIn(
            RejectReason.FETCH_CONNECTION,
            RejectReason.FETCH_STATUS,
            RejectReason.FETCH_NOT_AN_IMAGE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "200 OK | Content-Length: -5 | : its Content-Length is -5",
        "200 OK | Content-Length: +5 | : its Content-Length is +5",
        "200 OK | Content-Length: 5, 6 | : its Content-Length is 5, 6",
        "200 OK | Content-Length: 67%nContent-Length: 68 | : its Content-Length is 67, 68",
        "200 OK | Content-Length: 99999999999999999999 | Content-Length is 99999999999999999999",
        "404 no | Content-Length: five | : its Content-Length is five",
        "503 no | Retry-After: 99999999999 | does not answer in HTTP",
        "408 no | Retry-After: 99999999999 | does not answer in HTTP",
        "-20 no | X: y | does not answer in HTTP",
        "204 no | Content-Length: 5 | does not answer in HTTP",
        "200 OK | Transfer-Encoding: chunked%n%n-1 | does not answer in HTTP",
        "200 OK | Transfer-Encoding: chunked%n%nffffffffffffffff | does not answer in HTTP",
        "200 OK | Transfer-Encoding: chunked%n%n5;x%nxxxxxyyy | does not answer in HTTP",
      })
  void whatAHostSaysWrongIsItsFault(String status, String headers, String detail) {
    String answer = "HTTP/1.1 %s%n%s%n%n".formatted(status, headers).replace("%n", "\n");
    site.answer("/a.png", once(answer.replace("\n", "\r\n"), PNG));

    FetchResult.Failed failed = failed(fetch(QUICK, site.url("/a.png")));

    assertThat(failed.reason()).isEqualTo(RejectReason.FETCH_CONNECTION);
    assertThat(failed.detail()).startsWith("127.0.0.1 does not answer in HTTP").endsWith(detail);
  }

  @Test
  void oneLengthMayBeSaidTwice() {
    String length = "Content-Length: " + PNG.length + "\r\n";
    site.answer("/a.png", "200 OK", length, PNG);

    assertThat(fetched(fetch(QUICK, site.url("/a.png"))).image().size()).isEqualTo(PNG.length);
  }

  @Test
  void endlessHeadersEnd() {
    CountDownLatch left = new CountDownLatch(1);
    site.answer("/a.png", endless("HTTP/1.1 200 OK\r\n", "X: y\r\n", left));
    site.answer("/b.png", endless("", "HTTP/1.1 100 Continue\r\n\r\n", left));

    List<FetchResult> results =
        fetchAll(IMPATIENT, List.of(site.url("/a.png"), site.url("/b.png")));

    assertThat(results).allSatisfy(result -> failed(result));
    assertThat(within(left)).isTrue();
  }

  @Test
  void interimResponsesWithoutEndAreNotWaitedFor() {
    site.answer("/a.png", endless("", "HTTP/1.1 102 Processing\r\n\r\n", new CountDownLatch(1)));

    FetchResult.Failed failed = failed(fetch(QUICK, site.url("/a.png")));

    assertThat(failed.reason()).isEqualTo(RejectReason.FETCH_CONNECTION);
  }

  @Test
  void aKeptConnectionThatTheHostHasClosedIsReplaced() {
    // Says nothing of closing, and closes.
    site.answer(
        "/a.png",
        out -> {
          Site.whole("200 OK", "", PNG).send(out);
          return false;
        });
    try (WebFetcher fetcher = WebFetcher.open(QUICK, Clock.systemUTC())) {
      for (int i = 0; i < 50; i++) {
        fetched(await(fetcher.fetch(site.url("/a.png"), "")));
      }
    }

    assertThat(site.requestLines()).hasSize(50);
  }

  @Test
  void aCancelledFetchMakesRoomForTheNext() {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch over = new CountDownLatch(1);
    site.answer("/slow.png", slow(asked, over));
    site.answer("/a.png", "200 OK", "", PNG);
    FetchSettings one =
        Fetching.on(
            Set.of(),
            new Politeness(1, 1000, Duration.ZERO, Duration.ofMinutes(1), false),
            Fetching.PATIENT,
            1,
            "127.0.0.0/8");
    try (WebFetcher fetcher = WebFetcher.open(one, Clock.systemUTC())) {
      CompletableFuture<FetchResult> slow = fetcher.fetch(site.url("/slow.png"), "");
      assertThat(within(asked)).isTrue();
      CompletableFuture<FetchResult> next = fetcher.fetch(site.url("/a.png"), "");

      slow.cancel(true);

      fetched(await(next));
    }
    over.countDown();
  }

  @Test
  void hostsAtOneAddressShareItsConnections() {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch over = new CountDownLatch(1);
    site.answer("/slow.png", slow(asked, over));
    site.answer("/a.png", "200 OK", "", PNG);
    Politeness oneAtATime = new Politeness(4, 1, Duration.ZERO, Duration.ofSeconds(1), false);
    try (WebFetcher fetcher =
        open(Fetching.from(oneAtATime, Fetching.PATIENT, "127.0.0.0/8"), ONE_MACHINE)) {
      CompletableFuture<FetchResult> slow = fetcher.fetch(at("one.example", "/slow.png"), "");
      assertThat(within(asked)).isTrue();

      FetchResult rejected = await(fetcher.fetch(at("two.example", "/a.png"), ""));
      over.countDown();
      await(slow);
      FetchResult later = await(fetcher.fetch(at("two.example", "/a.png"), ""));

      assertThat(rejected)
          .isInstanceOfSatisfying(
              FetchResult.Postponed.class,
              postponed ->
                  assertThat(postponed.detail()).startsWith("127.0.0.1 has other requests"));
      fetched(later);
    }
  }

  private String at(String host, String path) {
    return "http://" + host + ":" + site.port() + path;
  }

  /** Every name leads to this machine. */
  private static final HostResolver.Lookup ONE_MACHINE =
      host -> new InetAddress[] {InetAddress.getLoopbackAddress()};

  /** Answers so, and ends the connection. */
  private static Site.Answer once(String head, byte[] body) {
    return out -> {
      out.write(bytes(head));
      out.write(body);
      out.flush();
      return false;
    };
  }

  /** Answers nothing until it is over. */
  private static Site.Answer slow(CountDownLatch asked, CountDownLatch over) {
    return out -> {
      asked.countDown();
      within(over);
      return false;
    };
  }

  private static Site.Answer endless(String head, CountDownLatch left) {
    return endless(head, "x".repeat(1000), left);
  }

  private static Site.Answer endless(String head, String again, CountDownLatch left) {
    return out -> {
      try {
        out.write(bytes(head));
        if (!head.contains("<")) {
          out.write(head.endsWith("\r\n\r\n") ? PNG : new byte[0]);
        }
        while (true) {
          out.write(bytes(again));
        }
      } catch (IOException e) {
        left.countDown();
        throw e;
      }
    };
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static boolean within(CountDownLatch latch) {
    try {
      return latch.await(3, TimeUnit.MINUTES);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** A fetcher that finds hosts in another way. What is found is looked at all the same. */
  static WebFetcher open(FetchSettings settings, HostResolver.Lookup lookup) {
    return new HttpWebFetcher(
        settings,
        Clock.systemUTC(),
        Timers.ofSystem(),
        new HostResolver(lookup),
        new OkHttpClient());
  }

  static FetchResult fetch(FetchSettings settings, String url) {
    return fetchAll(settings, List.of(url)).get(0);
  }

  static List<FetchResult> fetchAll(FetchSettings settings, List<String> urls) {
    try (WebFetcher fetcher = WebFetcher.open(settings, Clock.systemUTC())) {
      List<CompletableFuture<FetchResult>> fetches = new ArrayList<>();
      urls.forEach(url -> fetches.add(fetcher.fetch(url, "")));
      return fetches.stream().map(WebFetcherTest::await).toList();
    }
  }

  static FetchResult await(CompletableFuture<FetchResult> fetch) {
    try {
      return fetch.get(10, TimeUnit.MINUTES);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new AssertionError("no answer", e);
    }
  }

  static FetchResult.Fetched fetched(FetchResult result) {
    assertThat(result).isInstanceOf(FetchResult.Fetched.class);
    return (FetchResult.Fetched) result;
  }

  static FetchResult.Failed failed(FetchResult result) {
    assertThat(result).isInstanceOf(FetchResult.Failed.class);
    return (FetchResult.Failed) result;
  }
}

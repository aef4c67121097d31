package io.pairstream.ingest.fetch.web;

import io.pairstream.cleaning.Measured;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Rejection;
import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.cleaning.image.ProbeImage;
import io.pairstream.ingest.fetch.web.Exchange.Allowance;
import io.pairstream.schemas.LinkHost.InvalidUrlException;
import io.pairstream.schemas.PairIdentity;
import java.io.IOException;
import java.net.Proxy;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import okhttp3.ConnectionPool;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A fetcher over HTTP/1.1.
 *
 * <p>Keeps no cookies, sends no credentials, asks no proxy, and follows redirects by hand: each is
 * a request like the first, with its own robots.txt, turn and look at the addresses.
 */
final class HttpWebFetcher implements WebFetcher {

  private static final Logger LOG = LoggerFactory.getLogger(HttpWebFetcher.class);

  /** Most idle connections, and their lifetime; each saves a handshake. */
  private static final int MOST_IDLE = 500;

  private static final int IDLE_SECONDS = 5;

  private static final ProbeImage PROBE = new ProbeImage();

  /**
   * Reasons that a file's first bytes show. Later faults are found by the topology, and kept with
   * their reason.
   */
  private static final Set<RejectReason> NO_IMAGE =
      Set.of(
          RejectReason.IMAGE_EMPTY,
          RejectReason.IMAGE_TYPE_UNKNOWN,
          RejectReason.IMAGE_TYPE_UNSUPPORTED);

  private final FetchSettings settings;
  private final Clock clock;
  private final Requests requests;
  private final Robots robots;
  private final Map<Allowance, CompletableFuture<FetchResult>> underWay = new ConcurrentHashMap<>();
  private volatile boolean closed;

  /**
   * @param base trust settings
   */
  HttpWebFetcher(
      FetchSettings settings,
      Clock clock,
      Timers timers,
      HostResolver resolver,
      OkHttpClient base) {
    this.settings = settings;
    this.clock = clock;
    ConnectionPool connections = new ConnectionPool(MOST_IDLE, IDLE_SECONDS, TimeUnit.SECONDS);
    Supplier<OkHttpClient.Builder> clients =
        () ->
            new OkHttpClient.Builder()
                .dispatcher(base.dispatcher())
                .connectionPool(connections)
                .sslSocketFactory(base.sslSocketFactory(), base.x509TrustManager())
                .followRedirects(false)
                .proxy(Proxy.NO_PROXY)
                .protocols(List.of(Protocol.HTTP_1_1))
                .connectTimeout(settings.limits().connect())
                // An exchange has one timer for all of it, and needs none for each read.
                .readTimeout(Duration.ZERO)
                .writeTimeout(Duration.ZERO);
    requests = new Requests(settings, clients, timers, resolver);
    robots = new Robots(requests, settings.limits(), timers, clock);
  }

  @Override
  public CompletableFuture<FetchResult> fetch(String url, String expectedDigest) {
    CompletableFuture<FetchResult> result = new CompletableFuture<>();
    Allowance allowance = new Allowance(settings.limits().total(), result);
    underWay.put(allowance, result);
    var unused = result.whenComplete((done, problem) -> underWay.remove(allowance));
    if (closed) {
      result.cancel(false);
    } else {
      unused =
          new Journey(expectedDigest, allowance)
              .from(url)
              .whenComplete(
                  (fetched, problem) -> {
                    if (!result.isDone()) {
                      result.complete(problem == null ? fetched : outcome(problem));
                    }
                  });
    }
    return result;
  }

  /**
   * Result of a stopped fetch; a retryable one for a bug of ours, so that no caller waits for ever.
   */
  private static FetchResult outcome(Throwable problem) {
    return FetchStopped.resultOf(problem)
        .orElseGet(
            () -> {
              LOG.error("a fetch failed in a way that is not foreseen", problem);
              return FetchStopped.passing(
                      RejectReason.FETCH_CONNECTION, "the fetcher itself failed")
                  .result();
            });
  }

  @Override
  public void close() {
    closed = true;
    for (CompletableFuture<FetchResult> fetch : underWay.values()) {
      fetch.completeExceptionally(new CancellationException("the fetcher is closed"));
    }
    requests.close();
  }

  /**
   * Path from a link to its image, through any redirects; ends as {@link FetchStopped} on failure.
   */
  private final class Journey {

    private final String expectedDigest;
    private final Allowance allowance;
    private int redirects;

    Journey(String expectedDigest, Allowance allowance) {
      this.expectedDigest = expectedDigest;
      this.allowance = allowance;
    }

    CompletableFuture<FetchResult> from(String url) {
      try {
        return to(WebAddress.parse(url));
      } catch (InvalidUrlException e) {
        return FetchStopped.lasting(RejectReason.FETCH_URL_INVALID, e.getMessage()).future();
      }
    }

    private CompletableFuture<FetchResult> to(HttpUrl url) {
      return (settings.politeness().robots()
              ? robots.interval(url)
              : CompletableFuture.completedFuture(Duration.ZERO))
          .thenCompose(interval -> requests.get(url, interval, allowance, this::read))
          .thenCompose(Supplier::get);
    }

    private Supplier<CompletableFuture<FetchResult>> read(HostAnswer answer) throws IOException {
      String optOut = OptOut.of(answer);
      if (!optOut.isEmpty() && answer.status() < 400) {
        throw FetchStopped.lasting(
            RejectReason.FETCH_OPTED_OUT,
            answer.host() + " does not want it used for training (" + optOut + ")",
            Measured.text(optOut, ""));
      }
      Optional<HttpUrl> next = redirect(answer);
      if (next.isPresent()) {
        return () -> to(next.get());
      }
      if (answer.status() != 200) {
        throw FetchStopped.status(answer, clock.instant());
      }
      FetchResult image = image(answer);
      return () -> CompletableFuture.completedFuture(image);
    }

    private Optional<HttpUrl> redirect(HostAnswer answer) {
      Optional<HttpUrl> next;
      try {
        next = answer.redirect();
      } catch (InvalidUrlException e) {
        throw FetchStopped.lasting(
            RejectReason.FETCH_REDIRECT, answer.host() + " redirects, but " + e.getMessage());
      }
      int limit = settings.limits().redirects();
      if (next.isPresent() && redirects++ >= limit) {
        throw FetchStopped.lasting(
            RejectReason.FETCH_REDIRECT,
            "it is redirected too often",
            Measured.atMost("redirects", redirects, limit, ""));
      }
      return next;
    }

    private FetchResult image(HostAnswer answer) throws IOException {
      if (answer.isEncoded()) {
        throw noImage(
            answer,
            "it comes compressed as " + answer.quoted("Content-Encoding") + ", unasked for");
      }
      int most = settings.limits().imageBytes();
      byte[] bytes =
          answer.length() > most ? null : answer.read(most, first -> check(answer, first));
      if (bytes == null || bytes.length > most) {
        throw FetchStopped.lasting(
            RejectReason.FETCH_TOO_LARGE,
            "the file at %s has more than %d bytes".formatted(answer.host(), most),
            Measured.atMost("original_bytes", Math.max(answer.length(), most), most, "bytes"));
      }
      String digest = PairIdentity.imageDigest(ByteBuffer.wrap(bytes));
      if (!expectedDigest.isEmpty() && !expectedDigest.equalsIgnoreCase(digest)) {
        throw FetchStopped.lasting(
            RejectReason.FETCH_DIGEST_MISMATCH,
            "the image at " + answer.host() + " has another SHA-256 than the link says",
            Measured.text(digest, expectedDigest));
      }
      return new FetchResult.Fetched(
          new EncodedImage(bytes),
          digest,
          answer.url().toString(),
          answer.quoted("Content-Type"),
          answer.status(),
          clock.instant(),
          answer.from().getHostAddress(),
          redirects);
    }

    private static void check(HostAnswer answer, byte[] first) {
      for (Rejection rejection : PROBE.apply(new EncodedImage(first)).rejectedOnly()) {
        if (NO_IMAGE.contains(rejection.reason())) {
          throw noImage(answer, rejection.detail());
        }
      }
    }

    private static FetchStopped noImage(HostAnswer answer, String detail) {
      return FetchStopped.lasting(
          RejectReason.FETCH_NOT_AN_IMAGE, "from %s: %s".formatted(answer.host(), detail));
    }
  }
}

package io.pairstream.ingest.fetch.web;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.schemas.PairIdentity;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.bootstrap.AsyncRequesterBootstrap;
import org.apache.hc.core5.http.impl.bootstrap.HttpAsyncRequester;
import org.apache.hc.core5.http.nio.ssl.BasicClientTlsStrategy;
import org.apache.hc.core5.http.protocol.HttpProcessorBuilder;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.pool.PoolReusePolicy;
import org.apache.hc.core5.reactor.IOReactorConfig;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A fetcher over HTTP/1.1 with non-blocking connections.
 *
 * <p>Keeps no cookies, sends no credentials, asks no proxy, and follows redirects by hand: each is
 * a request like the first, with its own robots.txt, turn and look at the addresses.
 */
final class AsyncWebFetcher implements WebFetcher {

  private static final Logger LOG = LoggerFactory.getLogger(AsyncWebFetcher.class);

  private static final int MAX_HEADER_LINE = 8 * 1024;
  private static final int MAX_HEADERS = 100;

  /** What is read at once, in bytes; each connection has a few of them. */
  private static final int BUFFER = 8 * 1024;

  /** How long a connection is kept that nobody uses. */
  private static final Duration IDLE = Duration.ofSeconds(15);

  /** Most connections that stay unused; each takes some 30 kB, and saves a handshake. */
  private static final int MOST_IDLE = 2000;

  private static final Duration HOUSEKEEPING = Duration.ofSeconds(2);

  /** Where too many connections are kept, those go that were used least lately, down to this. */
  private static final Duration LEAST_IDLE = Duration.ofMillis(500);

  /** Bytes of unfinished bodies that are held at once. */
  private static final long MOST_BODY_BYTES = 256L * 1024 * 1024;

  /** Threads that move bytes. */
  private static final int THREADS = 2;

  /** Connections of a host that are being closed still count as its own. */
  private static final int SLACK = 16;

  private final FetchSettings settings;
  private final HttpAsyncRequester requester;
  private final Timers timers;
  private final HostResolver resolver;
  private final AddressPolicy policy;
  private final Requests requests;
  private final Robots robots;
  private final Map<Allowance, CompletableFuture<FetchResult>> underWay = new ConcurrentHashMap<>();
  private volatile boolean closed;

  AsyncWebFetcher(
      FetchSettings settings, Clock clock, Timers timers, HostResolver resolver, SSLContext tls) {
    this.settings = settings;
    this.timers = timers;
    this.resolver = resolver;
    policy = new AddressPolicy(settings.allowed());
    requester = requester(settings, tls);
    requester.start();
    BodyBudget budget = new BodyBudget(bodyBytes(settings.limits()), timers);
    Exchange.Wire wire =
        new Exchange.Wire(
            requester, settings.limits(), budget, timers, clock, settings.agent().text());
    requests = new Requests(wire, resolver, policy, settings);
    robots = new Robots(requests, settings.limits(), timers);
    keepHouse();
  }

  /**
   * Bodies take a quarter of the heap at most, so that there is room for what becomes of them; two
   * of the largest images are held in any case.
   */
  private static long bodyBytes(FetchLimits limits) {
    long most = Math.min(MOST_BODY_BYTES, Runtime.getRuntime().maxMemory() / 4);
    return Math.max(2L * limits.imageBytes(), most);
  }

  private static HttpAsyncRequester requester(FetchSettings settings, SSLContext tls) {
    return AsyncRequesterBootstrap.bootstrap()
        .setIOReactorConfig(
            IOReactorConfig.custom()
                .setIoThreadCount(THREADS)
                .setTcpNoDelay(true)
                .setSelectInterval(TimeValue.ofMilliseconds(500))
                .build())
        .setHttp1Config(
            Http1Config.custom()
                .setBufferSize(BUFFER)
                .setMaxLineLength(MAX_HEADER_LINE)
                .setMaxHeaderCount(MAX_HEADERS)
                .setInitialWindowSize(Attempt.STEP)
                .build())
        // Every header is written by hand.
        .setHttpProcessor(HttpProcessorBuilder.create().build())
        // Holds the certificate against the host's name.
        .setTlsStrategy(new BasicClientTlsStrategy(tls))
        .setTlsHandshakeTimeout(Timeout.of(settings.limits().connect()))
        // The pool that keeps hosts apart: the usual one looks through all unused connections for
        // each request. It takes none from another host where it is full, so it must never be;
        // requests under way are bounded by slots, and the rest by keeping house.
        .setPoolConcurrencyPolicy(PoolConcurrencyPolicy.OFFLOCK)
        .setMaxTotal(Integer.MAX_VALUE)
        .setDefaultMaxPerRoute(settings.politeness().connections() + SLACK)
        .setPoolReusePolicy(PoolReusePolicy.LIFO)
        .setExceptionCallback(problem -> LOG.debug("a connection failed", problem))
        .create();
  }

  private void keepHouse() {
    timers.after(
        HOUSEKEEPING,
        () -> {
          closeUnused();
          policy.noteOwnAddresses();
          keepHouse();
        });
  }

  private void closeUnused() {
    Duration idle = IDLE;
    requester.closeIdle(TimeValue.of(idle));
    while (requester.getTotalStats().getAvailable() > MOST_IDLE && idle.compareTo(LEAST_IDLE) > 0) {
      idle = idle.dividedBy(2);
      requester.closeIdle(TimeValue.of(idle));
    }
  }

  @Override
  public CompletableFuture<FetchResult> fetch(String url, String expectedDigest) {
    CompletableFuture<FetchResult> result = new CompletableFuture<>();
    Allowance allowance = new Allowance(settings.limits().total());
    underWay.put(allowance, result);
    var unused =
        result.whenComplete(
            (done, problem) -> {
              underWay.remove(allowance);
              allowance.cancel();
            });
    if (closed) {
      result.cancel(false);
    } else {
      unused =
          new Journey(expectedDigest, allowance)
              .from(url)
              .whenComplete(
                  (fetched, problem) ->
                      result.complete(problem == null ? fetched : outcome(problem)));
    }
    return result;
  }

  /** What a fetch comes to that was stopped. A fault of ours must not leave anybody waiting. */
  private static FetchResult outcome(Throwable problem) {
    return FetchStopped.resultOf(problem)
        .orElseGet(
            () -> {
              LOG.error("a fetch failed in a way that is not foreseen", problem);
              return Failures.passing(RejectReason.FETCH_CONNECTION, "the fetcher itself failed");
            });
  }

  @Override
  public void close() {
    closed = true;
    for (CompletableFuture<FetchResult> fetch : underWay.values()) {
      fetch.completeExceptionally(new CancellationException("the fetcher is closed"));
    }
    timers.close();
    resolver.close();
    requester.close(CloseMode.IMMEDIATE);
  }

  /** The way from a link to its image, by way of any redirects; ends as {@link FetchStopped}. */
  private final class Journey {

    private final String expectedDigest;
    private final Allowance allowance;
    private final Reading reading = Reading.ofImage(settings.limits().imageBytes());

    Journey(String expectedDigest, Allowance allowance) {
      this.expectedDigest = expectedDigest;
      this.allowance = allowance;
    }

    CompletableFuture<FetchResult> from(String url) {
      try {
        return go(WebAddress.parse(url), 0);
      } catch (UnusableAddressException e) {
        return FetchStopped.future(
            Failures.lasting(RejectReason.FETCH_URL_INVALID, e.getMessage()));
      }
    }

    private CompletableFuture<FetchResult> go(WebAddress address, int redirects) {
      return (settings.politeness().robots()
              ? robots.interval(address)
              : CompletableFuture.completedFuture(Duration.ZERO))
          .thenCompose(interval -> requests.get(address, interval, reading, allowance))
          .thenCompose(answer -> judge(address, answer, redirects));
    }

    private CompletionStage<FetchResult> judge(WebAddress address, Answer answer, int redirects) {
      Head head = answer.head();
      String host = address.host();
      String optOut = OptOut.of(head);
      if (!optOut.isEmpty() && head.status() < 400) {
        throw new FetchStopped(
            Failures.lasting(
                RejectReason.FETCH_OPTED_OUT,
                host + " does not want it used for training (" + optOut + ")",
                optOut,
                ""));
      }
      Optional<WebAddress> next = redirect(address, head);
      if (next.isPresent()) {
        int limit = settings.limits().redirects();
        if (redirects < limit) {
          return go(next.get(), redirects + 1);
        }
        throw new FetchStopped(
            Failures.lasting(
                RejectReason.FETCH_REDIRECT,
                "it is redirected too often",
                String.valueOf(redirects + 1),
                String.valueOf(limit)));
      }
      if (head.status() != 200) {
        throw new FetchStopped(Failures.status(host, head, answer.at()));
      }
      return CompletableFuture.completedFuture(image(address, answer, redirects));
    }

    private static Optional<WebAddress> redirect(WebAddress address, Head head) {
      try {
        return head.redirect(address);
      } catch (UnusableAddressException e) {
        throw new FetchStopped(
            Failures.lasting(
                RejectReason.FETCH_REDIRECT, address.host() + " redirects, but " + e.getMessage()));
      }
    }

    private FetchResult image(WebAddress address, Answer answer, int redirects) {
      Head head = answer.head();
      if (head.isEncoded()) {
        throw noImage(
            address, "it comes compressed as " + head.told("Content-Encoding") + ", unasked for");
      }
      if (answer.ending() == Answer.Ending.TOO_LARGE) {
        throw new FetchStopped(
            Failures.lasting(
                RejectReason.FETCH_TOO_LARGE,
                "the file at %s has more than %d bytes"
                    .formatted(address.host(), reading.mostBytes()),
                head.length() > 0 ? String.valueOf(head.length()) : "",
                String.valueOf(reading.mostBytes())));
      }
      byte[] bytes = answer.body().bytes();
      String objection =
          Reading.objectionToImage(
              Arrays.copyOf(bytes, Math.min(bytes.length, Attempt.FIRST_BYTES)));
      if (!objection.isEmpty()) {
        throw noImage(address, objection);
      }
      String digest = PairIdentity.imageDigest(ByteBuffer.wrap(bytes));
      if (!expectedDigest.isEmpty() && !expectedDigest.equalsIgnoreCase(digest)) {
        throw new FetchStopped(
            Failures.lasting(
                RejectReason.FETCH_DIGEST_MISMATCH,
                "the image at " + address.host() + " has another SHA-256 than the link says",
                digest,
                expectedDigest));
      }
      return new FetchResult.Fetched(
          new EncodedImage(bytes),
          digest,
          address.toString(),
          head.told("Content-Type"),
          head.status(),
          answer.at(),
          answer.from().getHostAddress(),
          redirects);
    }

    private static FetchStopped noImage(WebAddress address, String detail) {
      return new FetchStopped(
          Failures.lasting(
              RejectReason.FETCH_NOT_AN_IMAGE, "from %s: %s".formatted(address.host(), detail)));
    }
  }
}

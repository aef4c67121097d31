package io.pairstream.ingest.fetch.web;

import static java.util.stream.Collectors.toSet;

import io.pairstream.cleaning.Measured;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.schemas.Threads;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;

/**
 * Single requests, each to an address that may be asked, in its turn. Nothing else in this package
 * opens a connection.
 */
final class Requests implements AutoCloseable {

  private static final long MOST_BODY_BYTES = 256L * 1024 * 1024;

  /** Most addresses of a host that a request tries; all of its addresses have been checked. */
  private static final int MOST_ADDRESSES = 3;

  private final FetchSettings settings;
  private final Supplier<OkHttpClient.Builder> clients;
  private final Timers timers;
  private final HostResolver resolver;
  private final AddressPolicy policy;
  private final HostGates gates;
  private final HostGates addressGates;
  private final BodyBudget budget;
  private final ExecutorService threads;

  /**
   * @param clients makes clients that share connections and dispatcher, but not what OkHttp
   *     remembers of hosts that failed, which it never forgets
   */
  Requests(
      FetchSettings settings,
      Supplier<OkHttpClient.Builder> clients,
      Timers timers,
      HostResolver resolver) {
    this.settings = settings;
    this.clients = clients;
    this.timers = timers;
    this.resolver = resolver;
    policy = new AddressPolicy(settings.allowed());
    gates = new HostGates(settings.politeness(), timers);
    addressGates = new HostGates(settings.politeness().ofAddress(), timers);
    // An eighth of the heap at most: a body takes twice its bytes while it grows, and something
    // becomes of it.
    long most = Math.min(MOST_BODY_BYTES, Runtime.getRuntime().maxMemory() / 8);
    budget = new BodyBudget(Math.max(2L * settings.limits().imageBytes(), most), timers);
    threads = Threads.pool("fetch-web", settings.connections(), Integer.MAX_VALUE);
  }

  /**
   * Asks once; follows no redirect. Ends with {@link FetchStopped} where there is no answer.
   *
   * @param interval least time between two requests that the host asks for
   * @param allowance time from the connection to the last byte
   */
  <T> CompletableFuture<T> get(
      HttpUrl url, Duration interval, Exchange.Allowance allowance, Exchange.Reader<T> reader) {
    if (allowance.left().toNanos() <= 0) {
      return FetchStopped.tooLong(url.host(), allowance.total()).future();
    }
    return resolver
        .addresses(url.host())
        .exceptionally(
            problem -> {
              throw noAddress(url.host(), problem);
            })
        .thenCompose(
            addresses -> {
              check(url, addresses);
              return gates
                  .enter(url.host(), interval)
                  .thenCompose(turn -> atAddress(turn, url, addresses, allowance, reader));
            });
  }

  private static FetchStopped noAddress(String host, Throwable problem) {
    Throwable cause = problem instanceof CompletionException ? problem.getCause() : problem;
    return FetchStopped.passing(
        RejectReason.FETCH_DNS,
        host
            + " has no address: "
            + (cause instanceof UnknownHostException
                ? "no such name, or no answer"
                : "the resolver failed or takes too long"));
  }

  private void check(HttpUrl url, List<InetAddress> addresses) {
    // One bad address among good ones is refused as well: who answers so wants to be asked twice.
    for (InetAddress candidate : addresses) {
      String objection = policy.objection(candidate);
      if (!objection.isEmpty()) {
        throw FetchStopped.lasting(
            RejectReason.FETCH_ADDRESS_REFUSED,
            "%s leads to an address that is not asked: %s".formatted(url.host(), objection));
      }
    }
    if (!settings.ports().contains(url.port()) && !addresses.stream().allMatch(policy::allows)) {
      throw FetchStopped.lasting(
          RejectReason.FETCH_ADDRESS_REFUSED,
          "%s is not asked on port %d".formatted(url.host(), url.port()),
          Measured.text(
              String.valueOf(url.port()),
              String.join(", ", settings.ports().stream().sorted().map(String::valueOf).toList())));
    }
  }

  /**
   * Waits for the address's turn too: it may serve many hosts, whose requests are polite only
   * together.
   */
  private <T> CompletableFuture<T> atAddress(
      HostGates.Gate.Turn turn,
      HttpUrl url,
      List<InetAddress> addresses,
      Exchange.Allowance allowance,
      Exchange.Reader<T> reader) {
    return addressGates
        .enter(addresses.get(0).getHostAddress(), Duration.ZERO)
        .thenCompose(
            place ->
                CompletableFuture.supplyAsync(
                        () -> {
                          place.started();
                          turn.started();
                          return new Exchange(
                                  clients.get(),
                                  request(url),
                                  addresses.stream().limit(MOST_ADDRESSES).collect(toSet()),
                                  allowance,
                                  budget,
                                  timers)
                              .run(reader);
                        },
                        threads)
                    .whenComplete(
                        (read, problem) -> {
                          if (problem == null || FetchStopped.resultOf(problem).isPresent()) {
                            trouble(problem).ifPresentOrElse(turn::failed, turn::ended);
                          }
                          place.finished();
                        }))
        .whenComplete((read, problem) -> turn.finished());
  }

  private Request request(HttpUrl url) {
    return new Request.Builder()
        .url(url)
        .header("User-Agent", settings.agent().text())
        .header("Accept", "image/jpeg,image/png,image/webp,image/gif,*/*;q=0.1")
        // Images are compressed already, and what is inflated must be bounded.
        .header("Accept-Encoding", "identity")
        .build();
  }

  /** The host's failure that an outcome shows; empty where the host works. */
  private static Optional<FetchResult.Failed> trouble(Throwable problem) {
    return FetchStopped.resultOf(problem)
        .filter(FetchResult.Failed.class::isInstance)
        .map(FetchResult.Failed.class::cast)
        .filter(FetchResult.Failed::retryable);
  }

  @Override
  public void close() {
    timers.close();
    resolver.close();
    threads.shutdownNow();
    OkHttpClient client = clients.get().build();
    client.dispatcher().cancelAll();
    client.connectionPool().evictAll();
  }
}

package io.pairstream.ingest.api;

import io.pairstream.service.http.Access;
import io.pairstream.service.http.Answer;
import io.pairstream.service.http.Incoming;
import io.pairstream.service.http.Principal;
import io.pairstream.service.http.Problem;
import io.pairstream.service.http.ProblemKind;
import io.pairstream.service.http.Quota;
import io.pairstream.service.http.Route;
import io.pairstream.service.http.Scope;
import io.pairstream.service.http.TokenBucket;
import io.pairstream.service.keys.Rates;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Quotas of the producers.
 *
 * <p>A producer has one bucket of records and one of bytes, whichever of its keys it uses. Each
 * instance of the service counts for itself; where several share the load, each is configured with
 * their number and grants its part. A request is charged after it was admitted, so a producer may
 * exceed its quota by one request and a second's worth, and then waits longer.
 *
 * <p>Thread-safe.
 */
final class Quotas implements Quota {

  private final Function<String, Rates> quotaOf;
  private final int instances;
  private final LongSupplier nanos;
  private final Map<String, Account> accounts = new ConcurrentHashMap<>();

  /**
   * @param quotaOf a producer's quota; both rates above 0
   * @param instances how many instances share the load; at least 1
   * @param nanos the time, as {@link System#nanoTime} tells it
   */
  Quotas(Function<String, Rates> quotaOf, int instances, LongSupplier nanos) {
    this.quotaOf = quotaOf;
    this.instances = instances;
    this.nanos = nanos;
  }

  /**
   * @throws Problem {@link ProblemKind#QUOTA_EXCEEDED} while the producer works off what it has
   *     sent
   */
  @Override
  public void admit(Incoming request, long declaredBytes) {
    Allowance allowance = look(request.principal().producer());
    if (!allowance.isOpen()) {
      boolean byRecords = allowance.recordsLeft() < 1;
      long seconds = TokenBucket.wholeSeconds(allowance.untilOpen());
      Rates granted = allowance.granted();
      throw Problem.of(
              ProblemKind.QUOTA_EXCEEDED,
              "more %s came than this producer may send; send this one again in %s s"
                  .formatted(byRecords ? "pairs" : "bytes", seconds))
          .with("quota", byRecords ? "records" : "bytes")
          .with(
              "limit_per_second", byRecords ? granted.recordsPerSecond() : granted.bytesPerSecond())
          .retryAfter(seconds);
    }
  }

  @Override
  public Duration charge(Principal principal, long records, long bytes) {
    return charge(principal.producer(), records, bytes).untilOpen();
  }

  /** Remaining quota of a producer, and whether it may send now. */
  Allowance look(String producer) {
    return charge(producer, 0, 0);
  }

  /** Charges what a producer sends. */
  Allowance charge(String producer, long records, long bytes) {
    long now = nanos.getAsLong();
    Rates granted = quotaOf.apply(producer).sharedBy(instances);
    return accounts
        .computeIfAbsent(producer, name -> new Account(granted, now))
        .charge(granted, records, bytes, now);
  }

  /** {@code GET /v1/me}: who the caller is to this service, and what it may still send. */
  Route me() {
    return Route.get(
        "/v1/me",
        Access.ANY_KEY,
        (request, body) ->
            CompletableFuture.completedFuture(Answer.json(200, me(request.principal()))));
  }

  private record PerSecond(Double recordsPerSecond, Double bytesPerSecond) {}

  private record Left(Double records, Double bytes) {}

  private record Me(
      String producer,
      String keyId,
      List<String> scopes,
      PerSecond quota,
      Left left,
      double retryAfterSeconds) {}

  private Me me(Principal principal) {
    Allowance allowance = look(principal.producer());
    Rates quota = quotaOf.apply(principal.producer());
    return new Me(
        principal.producer(),
        principal.keyId(),
        principal.scopes().stream().sorted().map(Scope::label).toList(),
        new PerSecond(finite(quota.recordsPerSecond()), finite(quota.bytesPerSecond())),
        new Left(
            finite(Math.max(0, Math.floor(allowance.recordsLeft()))),
            finite(Math.max(0, Math.floor(allowance.bytesLeft())))),
        allowance.untilOpen().toMillis() / 1e3);
  }

  private static Double finite(double number) {
    return Double.isInfinite(number) ? null : (Double) number;
  }

  /**
   * State of a producer's quota on this instance.
   *
   * @param granted what this instance grants, in the long run
   * @param recordsLeft at once, now; below 0 while a debt is worked off
   * @param bytesLeft at once, now; below 0 while a debt is worked off
   * @param untilOpen until the producer may send again; zero where it may now
   */
  record Allowance(Rates granted, double recordsLeft, double bytesLeft, Duration untilOpen) {

    boolean isOpen() {
      return untilOpen.isZero();
    }
  }

  private static final class Account {

    private Rates granted;
    private TokenBucket records;
    private TokenBucket bytes;

    Account(Rates granted, long nowNanos) {
      this.granted = granted;
      this.records = bucket(granted.recordsPerSecond(), nowNanos);
      this.bytes = bucket(granted.bytesPerSecond(), nowNanos);
    }

    /**
     * A bucket of one second's worth, at least 10, for a slow producer that is not exactly on time.
     */
    private static TokenBucket bucket(double perSecond, long nowNanos) {
      return new TokenBucket(perSecond, Math.max(10, perSecond), nowNanos);
    }

    synchronized Allowance charge(Rates quota, long recordCount, long byteCount, long nowNanos) {
      if (!quota.equals(granted)) {
        granted = quota;
        records = bucket(quota.recordsPerSecond(), nowNanos).insteadOf(records, nowNanos);
        bytes = bucket(quota.bytesPerSecond(), nowNanos).insteadOf(bytes, nowNanos);
      }
      records.take((double) recordCount, nowNanos);
      bytes.take((double) byteCount, nowNanos);
      Duration forRecords = records.untilOpen(nowNanos);
      Duration forBytes = bytes.untilOpen(nowNanos);
      return new Allowance(
          granted,
          records.left(nowNanos),
          bytes.left(nowNanos),
          forRecords.compareTo(forBytes) > 0 ? forRecords : forBytes);
    }
  }
}

package io.pairstream.ingest.quotas;

import io.pairstream.service.http.TokenBucket;
import io.pairstream.service.keys.Rates;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * What each producer may still send.
 *
 * <p>A producer has one bucket of records and one of bytes, whichever of its keys it uses. Each
 * instance of the service counts for itself; where several share the load, each is told how many
 * they are and grants its part. What is sent is charged after it was let through, so a producer may
 * exceed its quota by one request and a second's worth, and pays for it by waiting.
 *
 * <p>Thread-safe.
 */
public final class Quotas {

  private final Rates byDefault;
  private final int instances;
  private final LongSupplier nanos;
  private final Map<String, Account> accounts = new ConcurrentHashMap<>();

  /**
   * @param byDefault of producers for whom nothing else is said; both rates above 0
   * @param instances how many instances share the load; at least 1
   * @param nanos the time, as {@link System#nanoTime} tells it
   */
  public Quotas(Rates byDefault, int instances, LongSupplier nanos) {
    if (byDefault.recordsPerSecond() == 0 || byDefault.bytesPerSecond() == 0) {
      throw new IllegalArgumentException("a quota by default names both rates: " + byDefault);
    }
    Rates unused = byDefault.sharedBy(instances);
    this.byDefault = byDefault;
    this.instances = instances;
    this.nanos = nanos;
  }

  /** What a producer has left, and whether it may send now. */
  public Allowance look(String producer, Rates said) {
    return account(producer, said).look(nanos.getAsLong());
  }

  /**
   * Charges what a producer sends.
   *
   * @param records 0 or more
   * @param bytes 0 or more
   */
  public Allowance charge(String producer, Rates said, long records, long bytes) {
    return account(producer, said).charge(records, bytes, nanos.getAsLong());
  }

  /** What holds for a producer over all instances. */
  public Rates quotaOf(Rates said) {
    return said.or(byDefault);
  }

  private Account account(String producer, Rates said) {
    Rates granted = quotaOf(said).sharedBy(instances);
    Account account =
        accounts.computeIfAbsent(producer, name -> new Account(granted, nanos.getAsLong()));
    account.grant(granted, nanos.getAsLong());
    return account;
  }

  /**
   * How a producer stands with this instance.
   *
   * @param granted what this instance grants, in the long run
   * @param recordsLeft at once, now; below 0 while a debt is worked off
   * @param bytesLeft at once, now; below 0 while a debt is worked off
   * @param untilOpen until the producer may send again; zero where it may now
   */
  public record Allowance(Rates granted, double recordsLeft, double bytesLeft, Duration untilOpen) {

    public boolean isOpen() {
      return untilOpen.isZero();
    }
  }

  /** The two buckets of a producer. */
  private static final class Account {

    private Rates granted;
    private TokenBucket records;
    private TokenBucket bytes;

    Account(Rates granted, long nowNanos) {
      this.granted = granted;
      this.records = bucket(granted.recordsPerSecond(), nowNanos);
      this.bytes = bucket(granted.bytesPerSecond(), nowNanos);
    }

    /** A second's worth at once; 10 at least, for whoever comes slowly and not exactly on time. */
    private static TokenBucket bucket(double perSecond, long nowNanos) {
      return new TokenBucket(perSecond, Math.max(10, perSecond), nowNanos);
    }

    synchronized void grant(Rates quota, long nowNanos) {
      if (!quota.equals(granted)) {
        granted = quota;
        records = bucket(quota.recordsPerSecond(), nowNanos).insteadOf(records, nowNanos);
        bytes = bucket(quota.bytesPerSecond(), nowNanos).insteadOf(bytes, nowNanos);
      }
    }

    synchronized Allowance look(long nowNanos) {
      Duration forRecords = records.untilOpen(nowNanos);
      Duration forBytes = bytes.untilOpen(nowNanos);
      return new Allowance(
          granted,
          records.left(nowNanos),
          bytes.left(nowNanos),
          forRecords.compareTo(forBytes) > 0 ? forRecords : forBytes);
    }

    synchronized Allowance charge(long recordCount, long byteCount, long nowNanos) {
      records.take((double) recordCount, nowNanos);
      bytes.take((double) byteCount, nowNanos);
      return look(nowNanos);
    }
  }
}

package io.pairstream.chaos.faults;

import io.pairstream.chaos.cluster.ChaosCluster;
import io.pairstream.chaos.load.SentPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.wire.Registry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Sends pairs whose producer's clock is at the beginning of all time, a month behind, a month
 * ahead, and at its end.
 *
 * <p>Promised: the broker's own time of arrival counts, so that they are neither deleted at once
 * nor kept for ever, and nobody else's record is touched.
 */
final class SkewedClock extends ClusterFault {

  private static final Duration MONTH = Duration.ofDays(30);
  private static final int ROUNDS = 3;

  private final Optional<OwnRecords> records;

  SkewedClock(
      String kind, Optional<OwnRecords> records, ChaosCluster cluster, SplittableRandom random) {
    super(kind, Duration.ofSeconds(1), cluster, random);
    this.records = records;
  }

  @Override
  public Optional<String> impossible() {
    return records.isPresent() ? Optional.empty() : Optional.of("there is no load to send from");
  }

  @Override
  public void inject() throws InterruptedException {
    long now = System.currentTimeMillis();
    List<Long> times =
        List.of(0L, 1L, now - MONTH.toMillis(), now + MONTH.toMillis(), Long.MAX_VALUE);
    hits(ROUNDS * times.size() + " pairs");
    Registry registry = cluster.access().registry();
    try (OwnSender sender = new OwnSender(cluster, records.orElseThrow())) {
      for (int round = 0; round < ROUNDS; round++) {
        for (long time : times) {
          SentPair pair = records.orElseThrow().take();
          String subject = ChaosCluster.DATASET.topic(pair.topic()) + "-value";
          byte[] value = pair.value(registry.idOf(subject, RawPair.SCHEMA$)).orElseThrow();
          sender.send(pair, value, Optional.of(time));
        }
      }
    }
  }

  @Override
  public void heal() {
    // What was sent stays.
  }
}

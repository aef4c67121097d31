package io.pairstream.tools.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.image.NearCopies;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.wire.FinishedOffsets;
import io.pairstream.tools.audit.AuditReport.Difference;
import io.pairstream.tools.audit.AuditReport.Kind;
import io.pairstream.tools.audit.AuditReport.LinkReport;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/**
 * The books of many pairs, with faults that are known beforehand. {@code -Dpairstream.audit.pairs}
 * says how many pairs, for measuring at scale.
 */
class LedgerSizeTest {

  private static final long PAIRS = Long.getLong("pairstream.audit.pairs", 200_000);
  private static final int PARTITIONS = 12;
  private static final int CAPTIONS_PER_IMAGE = 5;
  private static final String RAW = "pairs.crowdsourced";
  private static final List<String> SPLITS =
      List.of("pairs.training", "pairs.validation", "pairs.test");
  private static final List<String> NAMES = List.of("TRAINING", "VALIDATION", "TEST");

  /** Every so many pairs one has each of these faults. */
  private static final long EVERY = 100_000;

  private static final int MISSING = 11;
  private static final int TWICE = 22;
  private static final int LEAKED = 33;
  private static final int EQUAL = 44;
  private static final int WITHDRAWN = 51;

  private final PreparedPair prepared = new PreparedPair();

  private static boolean isQuarantined(long pair) {
    return pair % 50 == 17;
  }

  /** A number's digest, as good as random: splitmix64. */
  private static String digest(long number, long kind) {
    return HexFormat.of().toHexDigits(mixed(number * 2 + kind))
        + HexFormat.of().toHexDigits(mixed(~number * 2 + kind));
  }

  private static long mixed(long number) {
    long z = number * 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  private static Origin origin(long pair) {
    return new Origin(RAW, (int) (pair % PARTITIONS), pair / PARTITIONS);
  }

  private void publish(Ledger ledger, long pair, long as, int split, String caption, Origin from) {
    String key = digest(as, 0);
    prepared.setPairId(key);
    prepared.setImageDigest(digest(as / CAPTIONS_PER_IMAGE, 1));
    String hash = HexFormat.of().toHexDigits(mixed(as / CAPTIONS_PER_IMAGE));
    prepared.setPerceptualHash(hash);
    prepared.setMirroredHash(hash);
    prepared.setPictureGroup(prepared.getImageDigest());
    prepared.setCaption(caption);
    prepared.setSplit(NAMES.get(split));
    prepared.setOrigin(from);
    ledger.published(split, NAMES.get(split), (int) (pair % PARTITIONS), pair, key, prepared);
  }

  private void enter(Ledger ledger, long pair) {
    long image = pair / CAPTIONS_PER_IMAGE;
    int split = image % 100 == 0 ? 1 : 0;
    String caption = "caption " + pair;
    switch ((int) (pair % EVERY)) {
      case MISSING -> {}
      case TWICE -> publish(ledger, pair, pair - 1, split, caption, origin(pair));
      case LEAKED -> publish(ledger, pair, pair, 2, caption, origin(pair));
      case EQUAL -> publish(ledger, pair, pair, split, "caption " + (pair - 1), origin(pair));
      default -> {
        if (isQuarantined(pair)) {
          QuarantinedPair rejected = new QuarantinedPair();
          rejected.setPairId(digest(pair, 0));
          rejected.setReason("IMAGE_TOO_SMALL");
          rejected.setOrigin(origin(pair));
          ledger.quarantined("pairs.quarantine-0-" + pair, digest(pair, 0), rejected);
        } else {
          publish(ledger, pair, pair, split, caption, origin(pair));
        }
      }
    }
    if (pair % EVERY == WITHDRAWN) {
      ledger.removed(split, (int) (pair % PARTITIONS), pair + 1, digest(pair, 0));
    }
  }

  @Test
  void findsEveryFaultAmongManyPairs() {
    long end = PAIRS / PARTITIONS;
    List<RawPartition> raw =
        IntStream.range(0, PARTITIONS)
            .mapToObj(
                p ->
                    new RawPartition(
                        new TopicPartition(RAW, p),
                        0,
                        FinishedOffsets.below(end),
                        SPLITS.size() + 1))
            .toList();
    long faults = PAIRS / EVERY;
    AuditReport report;
    try (Ledger ledger = new Ledger(raw, SPLITS, "pairs.quarantine", new Differences())) {
      for (long pair = 0; pair < end * PARTITIONS; pair++) {
        enter(ledger, pair);
      }
      ledger.settle();
      for (RawPartition partition : raw) {
        RawPartition.Unnamed unnamed = partition.unnamed();
        for (var stretch = unnamed.next(); stretch.isPresent(); stretch = unnamed.next()) {
          for (long at = stretch.get().from(); at < stretch.get().to(); at++) {
            partition.present(at);
          }
        }
      }
      for (long fault = 0; fault < faults; fault++) {
        ledger.withdrawn(origin(fault * EVERY + WITHDRAWN));
      }
      report = ledger.close(Map.of(), 0, new LinkReport(0, 0, 0, 0, 0), NearCopies.DEFAULT);
    }

    assertThat(report.inputs()).isEqualTo(end * PARTITIONS);
    assertThat(report.withdrawn()).isEqualTo(faults);
    assertThat(report.equalSamples()).isEqualTo(faults);
    assertThat(report.differences()).isEqualTo(3 * faults);
    Map<Kind, Long> kinds =
        report.details().stream()
            .map(Difference::kind)
            .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    if (3 * faults <= AuditReport.MAX_DETAILS) {
      assertThat(kinds)
          .isEqualTo(
              Map.of(Kind.MISSING, faults, Kind.PAIR_TWICE, faults, Kind.SPLIT_LEAK, faults));
    }
  }
}

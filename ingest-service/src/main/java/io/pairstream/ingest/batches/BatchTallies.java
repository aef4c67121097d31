package io.pairstream.ingest.batches;

import io.pairstream.ingest.status.ReportedStatus;
import io.pairstream.ingest.status.StatusReport;
import io.pairstream.ingest.status.StatusView;
import io.pairstream.schemas.BatchInput;
import io.pairstream.schemas.BatchPart;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Counts batches. A count looks up every pair of its batch, so it stands for a while, the longer
 * the more it cost: whoever asks all the time costs a small share of a core. Parts that came since
 * are added to it. Thread-safe.
 */
final class BatchTallies {

  /** A batch that is not ended and gives no sign for so long has lost its instance. */
  private static final Duration SILENT = BatchUpload.SIGN_OF_LIFE.multipliedBy(4);

  private static final int STANDS_FOR_TIMES_ITS_COST = 20;
  private static final int REMEMBERED = 64;

  private final BatchView batches;
  private final StatusView pairs;
  private final Clock clock;
  private final Map<String, Counting> latest =
      new LinkedHashMap<>(REMEMBERED, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Counting> eldest) {
          return size() > REMEMBERED;
        }
      };

  BatchTallies(BatchView batches, StatusView pairs, Clock clock) {
    this.batches = batches;
    this.pairs = pairs;
    this.clock = clock;
  }

  /**
   * A tally, and for how long it stands.
   *
   * @param isClosed whether its log has an end, so that no input follows
   */
  record Counted(BatchTally tally, Duration standsFor, boolean isClosed) {}

  /** The count of a batch; nothing where this instance has read nothing of it. */
  Optional<Counted> of(String batchId) {
    Counting counting;
    synchronized (latest) {
      counting = latest.computeIfAbsent(batchId, id -> new Counting());
    }
    // One at a time counts; the others take over what it finds.
    synchronized (counting) {
      return counting.count(batchId);
    }
  }

  /** The last count of one batch. Guarded by itself. */
  private final class Counting {

    private Optional<Counted> counted = Optional.empty();
    private Sum sum = new Sum();
    private long nextOffset;
    private long countedAtNanos;

    /** New parts are counted each time; the pairs of the others only where no count stands. */
    Optional<Counted> count(String batchId) {
      Optional<Counted> standing =
          counted.filter(c -> System.nanoTime() - countedAtNanos < c.standsFor().toNanos());
      // Where a schema or the disk fails, a part may be counted by half: nothing stands then.
      counted = Optional.empty();
      counted = standing.isPresent() ? goOn(batchId, standing.get()) : begin(batchId);
      return counted;
    }

    private Optional<Counted> goOn(String batchId, Counted standing) {
      return Optional.of(
          addParts(batchId)
              ? new Counted(sum.tally(batchId), standing.standsFor(), sum.isClosed)
              : standing);
    }

    private Optional<Counted> begin(String batchId) {
      long startedAt = System.nanoTime();
      sum = new Sum();
      nextOffset = 0;
      boolean found = addParts(batchId);
      countedAtNanos = System.nanoTime();
      Duration cost = Duration.ofNanos(countedAtNanos - startedAt);
      return found
          ? Optional.of(
              new Counted(
                  sum.tally(batchId), cost.multipliedBy(STANDS_FOR_TIMES_ITS_COST), sum.isClosed))
          : Optional.empty();
    }

    /** Adds the parts behind the last that is counted; says whether there are any. */
    private boolean addParts(String batchId) {
      long from = nextOffset;
      batches.parts(
          batchId,
          from,
          (offset, part) -> {
            sum.add(part);
            nextOffset = offset + 1;
            return true;
          });
      return nextOffset > from;
    }
  }

  private final class Sum {

    private final Map<String, Long> byStanding = new TreeMap<>();
    private final Map<String, Long> byReason = new TreeMap<>();
    private final Map<String, Long> byProblem = new TreeMap<>();
    private Instant receivedAt = Instant.MAX;
    private Instant lastPartAt = Instant.EPOCH;
    private Instant changedAt = Instant.EPOCH;
    private boolean isClosed;
    private boolean isWhole;
    private boolean isDecided = true;
    private long inputs;
    private long taken;

    void add(BatchPart part) {
      part.getInputs().forEach(this::add);
      if (part.getReceivedAt().isBefore(receivedAt)) {
        receivedAt = part.getReceivedAt();
      }
      lastPartAt = later(lastPartAt, part.getReceivedAt());
      isClosed |= part.getClosed();
      isWhole |= part.getWhole();
    }

    private void add(BatchInput input) {
      inputs++;
      if (input.getId().isEmpty()) {
        byProblem.merge(input.getProblem(), 1L, Long::sum);
        return;
      }
      taken++;
      // A pair whose upload is not read yet was received all the same: the log says so.
      Optional<StatusReport> status = pairs.find(input.getId());
      ReportedStatus stand = status.map(StatusReport::stand).orElse(ReportedStatus.RECEIVED);
      byStanding.merge(stand.name(), 1L, Long::sum);
      isDecided &= stand.isFinal();
      status
          .filter(s -> !s.reason().isEmpty())
          .ifPresent(s -> byReason.merge(s.reason(), 1L, Long::sum));
      status.ifPresent(s -> changedAt = later(changedAt, s.changedAt()));
    }

    BatchTally tally(String batchId) {
      BatchState state;
      if (isClosed) {
        state = isWhole ? BatchState.WHOLE : BatchState.CUT;
      } else {
        state =
            lastPartAt.plus(SILENT).isBefore(clock.instant()) ? BatchState.CUT : BatchState.OPEN;
      }
      return new BatchTally(
          batchId,
          state,
          isDecided && state != BatchState.OPEN,
          inputs,
          taken,
          inputs - taken,
          byStanding,
          byReason,
          byProblem,
          receivedAt,
          later(changedAt, lastPartAt));
    }

    private static Instant later(Instant one, Instant other) {
      return one.isAfter(other) ? one : other;
    }
  }
}

package io.pairstream.ingest.batches;

import io.pairstream.ingest.batches.BatchTally.State;
import io.pairstream.ingest.status.ReportedStatus;
import io.pairstream.ingest.status.StatusReport;
import io.pairstream.ingest.status.StatusView;
import io.pairstream.schemas.BatchInput;
import io.pairstream.schemas.BatchPart;
import java.time.Clock;
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

  private static final int STANDS_FOR_TIMES_ITS_COST = 20;
  private static final int REMEMBERED = 64;

  private final BatchView batches;
  private final StatusView pairs;
  private final Clock clock;
  private final Map<String, Count> latest =
      new LinkedHashMap<>(REMEMBERED, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Count> eldest) {
          return size() > REMEMBERED;
        }
      };

  BatchTallies(BatchView batches, StatusView pairs, Clock clock) {
    this.batches = batches;
    this.pairs = pairs;
    this.clock = clock;
  }

  /**
   * A tally.
   *
   * @param isClosed whether its log has an end, so that no input follows
   */
  record Counted(BatchTally tally, boolean isClosed) {}

  /** The count of a batch; nothing where this instance has read nothing of it. */
  Optional<Counted> of(String batchId) {
    Count count;
    synchronized (latest) {
      count = latest.computeIfAbsent(batchId, id -> new Count());
    }
    return count.of(batchId);
  }

  /** The last count of one batch. One at a time counts; the others take over what it finds. */
  private final class Count {

    private Sum sum = new Sum();

    synchronized Optional<Counted> of(String batchId) {
      long startedAt = System.nanoTime();
      Sum current = sum.standsUntilNanos - startedAt > 0 ? sum : new Sum();
      boolean isNew = current.nextOffset == 0;
      // Where counting fails half-way, nothing stands.
      sum = new Sum();
      batches.parts(
          batchId,
          current.nextOffset,
          (offset, part) -> {
            current.add(part);
            current.nextOffset = offset + 1;
            return true;
          });
      if (isNew) {
        long now = System.nanoTime();
        current.standsUntilNanos = now + STANDS_FOR_TIMES_ITS_COST * (now - startedAt);
      }
      sum = current;
      return current.nextOffset == 0
          ? Optional.empty()
          : Optional.of(new Counted(current.tally(batchId), current.isClosed));
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
    private long nextOffset;
    private long standsUntilNanos = System.nanoTime();

    private void add(BatchPart part) {
      part.getInputs().forEach(this::add);
      receivedAt = part.getReceivedAt().isBefore(receivedAt) ? part.getReceivedAt() : receivedAt;
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
      if (status.isPresent()) {
        changedAt = later(changedAt, status.get().changedAt());
        if (!status.get().reason().isEmpty()) {
          byReason.merge(status.get().reason(), 1L, Long::sum);
        }
      }
    }

    BatchTally tally(String batchId) {
      // A batch that is not ended and gives no sign for so long has lost its instance.
      boolean isLost =
          lastPartAt.plus(BatchUpload.SIGN_OF_LIFE.multipliedBy(4)).isBefore(clock.instant());
      State state = isClosed && isWhole ? State.WHOLE : isClosed || isLost ? State.CUT : State.OPEN;
      String self = "/v1/batches/" + batchId;
      return new BatchTally(
          batchId,
          state,
          isDecided && state != State.OPEN,
          inputs,
          taken,
          inputs - taken,
          new TreeMap<>(byStanding),
          new TreeMap<>(byReason),
          new TreeMap<>(byProblem),
          receivedAt,
          later(changedAt, lastPartAt),
          self,
          self + "/failed",
          self + "/events");
    }

    private static Instant later(Instant one, Instant other) {
      return one.isAfter(other) ? one : other;
    }
  }
}

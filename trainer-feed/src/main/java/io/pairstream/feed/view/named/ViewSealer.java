package io.pairstream.feed.view.named;

import io.pairstream.feed.view.InvalidViewException;
import io.pairstream.feed.view.PairFilter;
import io.pairstream.feed.view.SplitReader;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;

/**
 * Lets a named view grow with its split: gathers the pairs behind those that the view has, and
 * appends them as a segment when they are enough or have waited long enough.
 *
 * <p>What was gathered is lost with the process, and gathered again by the next one, which begins
 * where the last segment ended: no pair is left out, and none is in two segments. Not thread-safe.
 */
public final class ViewSealer implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(200);

  private final ViewLog log;
  private final Split split;
  private final Pace pace;
  private final Clock clock;
  private final Consumer<byte[], byte[]> consumer;
  private final SplitReader reader;

  /** When the first of the pairs was read that wait; empty where none waits. */
  private Optional<Instant> waitsSince = Optional.empty();

  /**
   * What a view is made of.
   *
   * @param topic the split's
   * @param topicId Kafka's id of it
   * @param filter which of its pairs
   */
  record Split(String topic, String topicId, PairFilter filter) {

    List<String> where() {
      return filter.where();
    }
  }

  /**
   * When a segment is made.
   *
   * @param after as soon as so many pairs wait; at least 1
   * @param every as soon as one has waited so long
   */
  public record Pace(long after, Duration every) {

    public Pace {
      if (after < 1) {
        throw new IllegalArgumentException("a segment has at least 1 pair, not " + after);
      }
      if (every.isNegative() || every.isZero()) {
        throw new IllegalArgumentException("segments are some time apart, not " + every);
      }
    }
  }

  /**
   * @param log the view's pen, closed with the sealer
   * @param consumer reads committed records alone; nobody else uses it; closed with the sealer
   * @throws InvalidViewException where the view is frozen, or one of another split, of a topic that
   *     was made anew, or of other conditions
   */
  ViewSealer(ViewLog log, Split split, Pace pace, Consumer<byte[], byte[]> consumer, Clock clock) {
    log.requireOpen();
    log.view().ifPresent(view -> requireSame(view, split));
    this.log = log;
    this.split = split;
    this.pace = pace;
    this.clock = clock;
    this.consumer = consumer;
    SortedMap<Integer, Long> from = log.view().map(NamedView::readTo).orElseGet(TreeMap::new);
    this.reader = new SplitReader(consumer, split.filter(), split.topic(), Map.copyOf(from));
  }

  /**
   * Reads for a moment; answers the view where a segment was appended.
   *
   * @throws InvalidViewException where another process seals this view now
   */
  public Optional<NamedView> step() {
    reader.poll(POLL);
    Instant now = clock.instant();
    if (reader.size() == 0) {
      waitsSince = Optional.empty();
      return Optional.empty();
    }
    Instant since = waitsSince.orElse(now);
    waitsSince = Optional.of(since);
    boolean isDue = reader.size() >= pace.after() || !now.isBefore(since.plus(pace.every()));
    return isDue ? Optional.of(seal(now, false)) : Optional.empty();
  }

  /**
   * Reads to the topic's present end, and appends what is there as one segment; answers the view
   * where there was anything.
   *
   * @param progress is told the number of records read so far, now and then
   * @throws InvalidViewException where another process seals this view now
   */
  public Optional<NamedView> sealToEnd(LongConsumer progress) {
    reader.readToEnd(progress);
    return reader.size() == 0 ? Optional.empty() : Optional.of(seal(clock.instant(), false));
  }

  /**
   * Reads to the topic's present end, appends what is there, and freezes the view.
   *
   * @param progress is told the number of records read so far, now and then
   * @throws InvalidViewException where the view would have no pair at all
   * @throws InvalidViewException where another process seals this view now
   */
  public NamedView sealAndFreeze(LongConsumer progress) {
    reader.readToEnd(progress);
    if (reader.size() == 0 && log.view().isEmpty()) {
      throw new InvalidViewException(
          "there is no pair in "
              + split.topic()
              + (split.where().isEmpty()
                  ? ""
                  : " that meets " + String.join(" and ", split.where()))
              + " that a view could hold");
    }
    return seal(clock.instant(), true);
  }

  /** The view as it stands; empty where it has no segment yet. */
  public Optional<NamedView> view() {
    return log.view();
  }

  @Override
  public void close() {
    log.close();
    consumer.close(CloseOptions.timeout(Duration.ZERO));
  }

  private NamedView seal(Instant now, boolean isLast) {
    SortedMap<Integer, Long> readTo = reader.readTo();
    waitsSince = Optional.empty();
    return log.append(
        new ViewLog.Addition(
            split.topic(), split.topicId(), split.where(), reader.takeBlocks(), readTo),
        now,
        isLast);
  }

  private static void requireSame(NamedView view, Split split) {
    if (!view.topic().equals(split.topic())) {
      throw new InvalidViewException(
          "the view %s is one of %s, not of %s"
              .formatted(view.name(), view.topic(), split.topic()));
    }
    if (!view.topicId().equals(split.topicId())) {
      throw new InvalidViewException(
          "%s is not the topic that the view %s was begun on: it has been made anew (topic id %s, view %s)"
              .formatted(view.topic(), view.name(), split.topicId(), view.topicId()));
    }
    if (!view.where().equals(split.where())) {
      throw new InvalidViewException(
          "the view %s takes pairs %s; it cannot go on with others"
              .formatted(
                  view.name(),
                  view.where().isEmpty()
                      ? "of every kind"
                      : "with " + String.join(" and ", view.where())));
    }
  }
}

package io.pairstream.feed.cut;

import io.pairstream.feed.cut.GatheredPairs.Part;
import io.pairstream.feed.source.FeedSource;
import io.pairstream.feed.view.InvalidViewException;
import io.pairstream.feed.view.NamedView;
import io.pairstream.feed.view.ViewLog;
import io.pairstream.feed.view.ViewStore;
import io.pairstream.schemas.condition.Condition;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import org.apache.kafka.common.KafkaException;

/**
 * Lets a named view grow with its split: gathers the pairs behind those that the view has, and
 * appends them as a segment when they are enough or have waited long enough.
 *
 * <p>What was gathered is lost with the process, and gathered again by the next one, which begins
 * where the last segment ended: no pair is left out, and none is in two segments.
 *
 * <p>A pair that waits for an answer ends what its partition gives to a segment: it and those
 * behind it are in a later one, so that a segment's offsets still tell where the next begins. Not
 * thread-safe.
 */
public final class ViewSealer implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(200);

  private final ViewLog log;
  private final String topic;
  private final String topicId;
  private final List<String> where;
  private final Pace pace;
  private final Clock clock;
  private final SplitReader reader;

  /** Pairs that a segment would have now. */
  private long size;

  /** When the first of them was there; null where there is none. */
  private Instant waitsSince;

  /** On each partition, the first pair that waits for an answer. */
  private final Map<Integer, Held> heldSince = new HashMap<>();

  private record Held(long offset, Instant since) {}

  /**
   * Pairs that a growing view cannot have yet.
   *
   * @param missing the answers, by name
   * @param behind pairs that might be in the view now, but lie behind one that waits
   * @param since when this sealer first saw the longest wait of a partition's first such pair
   */
  public record HeldBack(List<MissingAnswer> missing, long behind, Instant since) {}

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
   * Becomes the only writer of a view, and gathers the pairs behind those that it has. The caller
   * closes the sealer.
   *
   * @param where conditions that all have to hold, as do those of the data set's recipe; where they
   *     are all that the view has, it keeps these alone
   * @throws InvalidViewException where no view can have that name, or the view is frozen, or one of
   *     another split, of a topic that was made anew, or of other conditions
   * @throws io.pairstream.schemas.wire.MissingSchemaException where the registry does not hold the
   *     schema
   * @throws KafkaException where the broker does not answer or a topic is missing
   */
  public static ViewSealer open(
      ViewStore store,
      String name,
      FeedSource source,
      List<Condition> where,
      Pace pace,
      Clock clock) {
    ViewLog log = store.open(name);
    try {
      return new ViewSealer(log, source, where, pace, clock);
    } catch (RuntimeException e) {
      log.close();
      throw e;
    }
  }

  private ViewSealer(ViewLog log, FeedSource source, List<Condition> own, Pace pace, Clock clock) {
    this.log = log;
    this.topic = source.topic();
    this.topicId = source.describe().topicId().toString();
    this.pace = pace;
    this.clock = clock;
    log.requireOpen();
    List<Condition> conditions =
        log.view().filter(view -> view.where().equals(texts(own))).isPresent()
            ? own
            : RecipeConditions.with(own, source);
    this.where = texts(conditions);
    log.view().ifPresent(this::requireSame);
    this.reader =
        new SplitReader(
            source,
            conditions,
            log.view().<Map<Integer, Long>>map(NamedView::readTo).orElse(Map.of()));
    this.size = reader.pairs().size(Part.IN_ORDER);
    noteHeld(clock.instant());
  }

  /**
   * Reads for a moment; answers the view where a segment was appended.
   *
   * @throws InvalidViewException where another process seals this view now
   */
  public Optional<NamedView> step() {
    boolean isChanged = reader.poll(POLL) > 0;
    Instant now = clock.instant();
    if (isChanged) {
      size = reader.pairs().size(Part.IN_ORDER);
      noteHeld(now);
    }
    if (size == 0) {
      waitsSince = null;
      return Optional.empty();
    }
    if (waitsSince == null) {
      waitsSince = now;
    }
    boolean isDue = size >= pace.after() || !now.isBefore(waitsSince.plus(pace.every()));
    return isDue ? Optional.of(seal(now, Part.IN_ORDER)) : Optional.empty();
  }

  /**
   * Reads to the topic's present end, and appends what is there as one segment; answers the view
   * where there was anything.
   *
   * @throws InvalidViewException where another process seals this view now
   */
  public Optional<NamedView> sealToEnd(CutListener listener) {
    readToEnd(listener);
    return reader.pairs().size(Part.IN_ORDER) == 0
        ? Optional.empty()
        : Optional.of(seal(clock.instant(), Part.IN_ORDER));
  }

  /**
   * Reads to the topic's present end, appends what is there, and freezes the view. Pairs that wait
   * for an answer are left out, others behind them are not.
   *
   * @throws InvalidViewException where the view would have no pair at all, or another process seals
   *     this view now
   */
  public NamedView sealAndFreeze(CutListener listener) {
    readToEnd(listener);
    if (log.view().isEmpty()) {
      reader.requireAny(topic, where);
    }
    return seal(clock.instant(), Part.ALL);
  }

  private void readToEnd(CutListener listener) {
    reader.readToEnd(listener);
    noteHeld(clock.instant());
    listener.waiting(waiting());
    listener.unanswerable(reader.pairs().unanswerable());
  }

  /**
   * Reads to the topic's present end, and on until no pair before it waits for an answer.
   *
   * @param longest for how long at most
   * @throws InvalidViewException where one still waits after that time
   */
  public void awaitAnswers(Duration longest, CutListener listener) {
    reader.readToEnd(listener);
    reader.awaitAnswers(longest, listener);
  }

  /** The answers that pairs wait for of those read, by name. */
  public List<MissingAnswer> waiting() {
    return reader.pairs().waiting();
  }

  /** Pairs that hold back those behind them; empty where no pair waits for an answer. */
  public Optional<HeldBack> heldBack() {
    return heldSince.values().stream()
        .map(Held::since)
        .min(Comparator.naturalOrder())
        .map(
            since ->
                new HeldBack(
                    waiting(),
                    reader.pairs().size(Part.ALL) - reader.pairs().size(Part.IN_ORDER),
                    since));
  }

  /** Notes which pair is the first that waits, on each partition, and since when it has been. */
  private void noteHeld(Instant now) {
    SortedMap<Integer, Long> first = reader.pairs().ends(Part.IN_ORDER);
    heldSince.keySet().retainAll(first.keySet());
    first.forEach(
        (partition, offset) ->
            heldSince.merge(
                partition,
                new Held(offset, now),
                (before, held) -> before.offset() == offset ? before : held));
  }

  /** The current view; empty where it has no segment yet. */
  public Optional<NamedView> view() {
    return log.view();
  }

  @Override
  public void close() {
    log.close();
    reader.close();
  }

  private NamedView seal(Instant now, Part part) {
    waitsSince = null;
    NamedView view =
        log.append(
            new ViewLog.Addition(
                topic, topicId, where, reader.pairs().takeBlocks(part), reader.readTo(part)),
            now,
            part == Part.ALL);
    size = reader.pairs().size(Part.IN_ORDER);
    return view;
  }

  private static List<String> texts(List<Condition> conditions) {
    return conditions.stream().map(Condition::toString).toList();
  }

  private void requireSame(NamedView view) {
    String of = "%s (topic id %s) where %s";
    String begun = of.formatted(view.topic(), view.topicId(), view.where());
    String asked = of.formatted(topic, topicId, where);
    if (!begun.equals(asked)) {
      throw new InvalidViewException(
          "the view %s is one of %s; it cannot go on as one of %s"
              .formatted(view.name(), begun, asked));
    }
  }
}

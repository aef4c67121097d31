package io.pairstream.curation.actions;

import io.pairstream.schemas.Action;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Events that change nothing, such as refused ones: an action counts those of a caller within an
 * hour, so that no caller fills the audit trail by asking again.
 *
 * <p>The action is written with the first event, and again under its id whenever the count has
 * doubled: a thousand events are ten records. At most {@value #MOST_CALLERS} callers have an action
 * of their own in an hour; the others share one. Thread-safe.
 */
public final class CountedEvents {

  /** Name of the fact that says how often it happened within the hour. */
  public static final String TIMES = "times";

  static final int MOST_CALLERS = 100;
  static final Duration WITHIN = Duration.ofHours(1);

  private final Clock clock;
  private final Map<Kind, Counted> counts = new HashMap<>();
  private Instant since = Instant.MIN;

  public CountedEvents(Clock clock) {
    this.clock = clock;
  }

  private record Kind(String name, AuditEvent.Outcome outcome, Optional<String> caller) {}

  private record Counted(String actionId, long count) {}

  /**
   * Counts an event.
   *
   * @param caller whose events are counted together: a key's id, an address
   * @return what is to be written now: the last event, with the count in the fact {@code times}
   */
  public synchronized Optional<Action> add(AuditEvent event, Actor actor, String caller) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    if (!now.isBefore(since.plus(WITHIN))) {
      counts.clear();
      since = now;
    }
    Kind own = new Kind(event.name(), event.outcome(), Optional.of(caller));
    Kind kind =
        counts.containsKey(own) || counts.size() < MOST_CALLERS
            ? own
            : new Kind(event.name(), event.outcome(), Optional.empty());
    Counted before = counts.getOrDefault(kind, new Counted(UUID.randomUUID().toString(), 0));
    long count = before.count() + 1;
    counts.put(kind, new Counted(before.actionId(), count));
    return Long.bitCount(count) == 1
        ? Optional.of(counted(event, count).by(actor, now, before.actionId()))
        : Optional.empty();
  }

  private static AuditEvent counted(AuditEvent last, long count) {
    if (count == 1) {
      return last;
    }
    Map<String, String> facts = new HashMap<>(last.facts());
    facts.put(TIMES, String.valueOf(count));
    return new AuditEvent(last.name(), last.subject(), last.outcome(), last.detail(), facts);
  }
}

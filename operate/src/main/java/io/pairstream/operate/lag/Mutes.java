package io.pairstream.operate.lag;

import io.pairstream.curation.actions.ActionLog;
import io.pairstream.curation.actions.Actor;
import io.pairstream.curation.actions.AuditEvent;
import io.pairstream.curation.sentence.Sentence;
import io.pairstream.curation.sentence.Template;
import io.pairstream.schemas.Action;
import io.pairstream.schemas.wire.RegistryUnavailableException;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.CommittedLog;
import io.pairstream.service.table.Follower;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.KafkaException;

/**
 * Groups that operators have muted, as the topic of actions says: the newest action about a group
 * counts, until its end. Thread-safe.
 */
public final class Mutes implements AutoCloseable {

  /** Longest time of a mute, so that none is forgotten. */
  public static final Duration LONGEST = Duration.ofDays(30);

  /** Name of the action that mutes a group. */
  public static final String MUTE = "lag.mute";

  private static final String LIFT = "lag.unmute";
  private static final String UNTIL = "until";
  private static final String WHY = "why";

  private final Map<String, Action> newest = new ConcurrentHashMap<>();
  private final Clock clock;

  /** Null where the mutes are not followed. */
  private Follower follower;

  private Mutes(Clock clock) {
    this.clock = clock;
  }

  /** Follows the mutes until closed. */
  public static Mutes follow(ClusterAccess cluster, Clock clock) {
    Mutes mutes = new Mutes(clock);
    var topic = cluster.topics().actions();
    mutes.follower =
        Follower.start(
            "mutes",
            topic.name(),
            (records, positions, atEnd) ->
                records.forEach(record -> topic.decode(record.value()).ifPresent(mutes::note)),
            cluster.clientSettings());
    return mutes;
  }

  /** Reads the mutes once; none where the topic is missing, or not for this client. */
  public static Mutes readIfAllowed(ClusterAccess cluster, Clock clock) {
    try {
      return read(cluster, clock);
    } catch (KafkaException | RegistryUnavailableException e) {
      return new Mutes(clock);
    }
  }

  /** Mutes in force. */
  public static Mutes read(ClusterAccess cluster, Clock clock) {
    Mutes mutes = new Mutes(clock);
    try (CommittedLog log = CommittedLog.open(cluster)) {
      log.readAll(cluster.topics().actions(), (id, action) -> action.ifPresent(mutes::note));
    }
    return mutes;
  }

  /**
   * Mutes a group, or lifts its mute.
   *
   * @param lasting how long; zero lifts it
   * @param why what is known of the trouble; may be empty for lifting alone
   * @throws IllegalArgumentException with a sentence, for a time or a text that is none
   */
  public static Mute set(
      ClusterAccess cluster, String group, Duration lasting, String why, Actor by, Clock clock) {
    boolean lifts = lasting.isZero();
    if (lasting.isNegative() || lasting.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "a mute lasts " + LONGEST.toDays() + " days at most, not " + lasting);
    }
    if (!lifts && why.isBlank()) {
      throw new IllegalArgumentException("say why: others read it instead of the alert");
    }
    Instant until = clock.instant().plus(lasting).truncatedTo(ChronoUnit.SECONDS);
    var facts = Map.of(UNTIL, until.toString(), WHY, why);
    Sentence detail = lifts ? Template.LIFTED.with() : Template.MUTED.with(until, why);
    AuditEvent.Outcome done = AuditEvent.Outcome.DONE;
    ActionLog.writeNow(
        cluster, new AuditEvent(lifts ? LIFT : MUTE, group, done, detail, facts), by, clock);
    return new Mute(group, until, why, by.name());
  }

  /** Notes a mute or its lifting; one that does not say until when is none. */
  private void note(Action action) {
    if (action.getName().equals(LIFT)
        || (action.getName().equals(MUTE) && until(action).isPresent())) {
      newest.merge(
          action.getSubject(), action, (a, b) -> b.getDoneAt().isBefore(a.getDoneAt()) ? a : b);
    }
  }

  private static Optional<Instant> until(Action action) {
    try {
      return Optional.ofNullable(action.getFacts().get(UNTIL)).map(Instant::parse);
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  /** All that have not ended, by the group's name. */
  public List<Mute> all() {
    return newest.values().stream()
        .filter(action -> action.getName().equals(MUTE))
        .map(
            action ->
                new Mute(
                    action.getSubject(),
                    until(action).orElseThrow(),
                    action.getFacts().getOrDefault(WHY, ""),
                    action.getActor()))
        .filter(mute -> mute.until().isAfter(clock.instant()))
        .sorted(Comparator.comparing(Mute::group))
        .toList();
  }

  /** A report in which muted groups decide nothing. */
  public LagReport in(LagReport report) {
    List<Mute> all = all();
    return report.map(
        group ->
            all.stream()
                .filter(mute -> mute.group().equals(group.group()))
                .findFirst()
                .map(group::muted)
                .orElse(group));
  }

  @Override
  public void close() {
    if (follower != null) {
      follower.close();
    }
  }
}

package io.pairstream.curation.takedown;

import io.pairstream.curation.actions.ActionLog;
import io.pairstream.curation.actions.Actor;
import io.pairstream.curation.actions.AuditEvent;
import io.pairstream.curation.sentence.Sentence;
import io.pairstream.curation.sentence.Template;
import io.pairstream.curation.takedown.PublishedPairs.Published;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.RefusalKey;
import io.pairstream.schemas.Takedown;
import io.pairstream.schemas.TakedownKind;
import io.pairstream.schemas.topics.RecordSizes;
import io.pairstream.schemas.wire.KafkaTimeouts;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.CommittedLog;
import io.pairstream.service.publish.RecordPublisher;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.RetriableException;

/**
 * Takes down and lifts.
 *
 * <p>A takedown is one record that rejects what comes, and one more for each further pair that is
 * published of it: of an image, a contributor, a producer or a source; of a pair, the same sample
 * under another spelling of its caption. Those that are published while the first one is on its way
 * are found once it has reached every task of the topology, after which no more can come. So a
 * caller that is interrupted asks for the same once more.
 */
public record TakedownService(ClusterAccess cluster, Clock clock) {

  private static final Duration DELIVERY_TIMEOUT = Duration.ofSeconds(30);
  private static final RecordPublisher.Limits LIMITS =
      new RecordPublisher.Limits(RecordSizes.MAX_TAKEDOWN, 4 * 1024 * 1024);

  /**
   * Result of a takedown: the pairs that it found, and how far it is carried out.
   *
   * @param published how many pairs were published of it, by split
   * @param producers how many of them were sent with whose API keys; by an empty name those that
   *     were sent without
   * @param removed how many of them are removed by now
   * @param earlier the takedown of the same subject that was in force already
   * @param unfinished the remaining work, in a sentence; empty where there is none
   */
  public record Report(
      Subject subject,
      SortedMap<PairStatus, Long> published,
      SortedMap<String, Long> producers,
      long removed,
      Optional<Takedown> earlier,
      Optional<String> unfinished) {

    /** How many pairs were published of it. */
    public long total() {
      return published.values().stream().mapToLong(Long::longValue).sum();
    }
  }

  /**
   * A takedown in force.
   *
   * @param pairs how many published pairs were withdrawn with it; of a pair, under other spellings
   *     of its caption
   */
  public record Entry(Takedown takedown, long pairs) {}

  /**
   * Who wants what, and why. The audit trail names whom this process runs as, too.
   *
   * @param by who acts and, in free text, for whom
   * @param cause in the requester's words
   * @param timeout how long is waited for the topology
   * @param meanwhile runs now and then while it is waited for
   */
  public record Request(
      Subject subject, String by, String cause, Duration timeout, Runnable meanwhile) {}

  /** Forecast of a takedown; removes nothing. */
  public Report plan(Subject subject) {
    cluster.requireRegistry();
    try (CommittedLog log = CommittedLog.openForSmallRecords(cluster)) {
      Map<String, Published> pairs = new PublishedPairs(cluster, subject).readOn(log);
      return new Report(
          subject,
          count(pairs, Published::split),
          count(pairs, Published::producer),
          0,
          Optional.ofNullable(inForce(last(log)).get(subject.key())),
          Optional.empty());
    }
  }

  /**
   * Withdraws; returns once the topology has carried it out, or has not in time. What is published
   * stays published in that case, and is carried out later.
   */
  public Report takeDown(Request request) {
    return carryOut(request, Work::takeDown);
  }

  /**
   * Lifts a takedown and those of pairs that were part of it. What was removed is not brought back;
   * copies are taken again. Asked for once more, a lift is waited for and lifts nothing.
   *
   * @param request its cause is not needed
   * @return with the number of takedowns that were lifted now for {@code removed}; empty where none
   *     is in force, and none was lifted that Kafka still knows of
   */
  public Optional<Report> lift(Request request) {
    return carryOut(request, Work::lift);
  }

  private <T> T carryOut(Request request, Function<Work, T> what) {
    cluster.requireRegistry();
    Map<String, Object> settings = new HashMap<>(cluster.clientSettings());
    KafkaTimeouts.sendWithin(settings, DELIVERY_TIMEOUT);
    settings.put("compression.type", "gzip"); // a million of them differ in their ids alone
    try (CommittedLog log = CommittedLog.openForSmallRecords(cluster);
        Admin admin = cluster.admin();
        RecordPublisher<Takedown> publisher =
            RecordPublisher.open(cluster.topics().takedowns(), LIMITS, settings)) {
      return what.apply(
          new Work(
              request,
              log,
              publisher,
              new TopologyProgress(cluster, admin, log, request.timeout(), request.meanwhile())));
    }
  }

  /** The takedowns in force, oldest first; without those of pairs that are part of another. */
  public List<Entry> list() {
    cluster.requireRegistry();
    try (CommittedLog log = CommittedLog.openForSmallRecords(cluster)) {
      Map<String, Takedown> all = inForce(last(log));
      Map<String, Long> parts =
          all.values().stream()
              .collect(Collectors.groupingBy(Takedown::getPartOf, Collectors.counting()));
      return all.entrySet().stream()
          .filter(entry -> !all.containsKey(entry.getValue().getPartOf()))
          .map(entry -> new Entry(entry.getValue(), parts.getOrDefault(entry.getKey(), 0L)))
          .sorted(Comparator.comparing(entry -> entry.takedown().getRequestedAt()))
          .toList();
    }
  }

  /** The takedowns in force, by key; what is lifted or cannot be read takes nothing down. */
  private static Map<String, Takedown> inForce(Map<String, Optional<Takedown>> last) {
    Map<String, Takedown> inForce = new HashMap<>();
    last.forEach((key, read) -> read.ifPresent(takedown -> inForce.put(key, takedown)));
    return inForce;
  }

  /** Last takedown of each key; empty for one that is lifted, until the topic is compacted. */
  private Map<String, Optional<Takedown>> last(CommittedLog log) {
    Map<String, Optional<Takedown>> last = new HashMap<>();
    log.readAll(
        cluster.topics().takedowns(),
        (key, takedown) -> {
          if (!RefusalKey.is(key)) {
            last.put(key, takedown);
          }
        });
    return last;
  }

  private static <T extends Comparable<T>> SortedMap<T, Long> count(
      Map<String, Published> pairs, Function<Published, T> by) {
    return pairs.values().stream()
        .collect(Collectors.groupingBy(by, TreeMap::new, Collectors.counting()));
  }

  private final class Work {

    private final Request request;
    private final Subject subject;
    private final CommittedLog log;
    private final RecordPublisher<Takedown> publisher;
    private final TopologyProgress progress;
    private final Set<String> sent = new HashSet<>();
    private final Instant at = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    private final String actionId = UUID.randomUUID().toString();
    private Map<String, Optional<Takedown>> last;
    private Map<String, Takedown> inForce;

    /** Published pairs of which no tombstone has been seen yet. */
    private Map<String, Published> left = Map.of();

    Work(
        Request request,
        CommittedLog log,
        RecordPublisher<Takedown> publisher,
        TopologyProgress progress) {
      this.request = request;
      this.subject = request.subject();
      this.log = log;
      this.publisher = publisher;
      this.progress = progress;
      look();
    }

    private void look() {
      last = last(log);
      inForce = inForce(last);
    }

    Report takeDown() {
      PublishedPairs pairs = new PublishedPairs(cluster, subject);
      Map<String, Published> all = new HashMap<>(pairs.readOn(log));
      // Another caller may have asked for it while many pairs were read.
      look();
      Optional<Takedown> earlier = Optional.ofNullable(inForce.get(subject.key()));
      if (!isInForce(pairs)) {
        send(subject, pairs.imageDigest(), pairs.sampleId(), "");
      }
      sendPairs(all);
      left = all;
      noteTakedown(all, AuditEvent.Outcome.BEGUN);
      publisher.flush();
      Optional<String> unfinished = unfinished(() -> isCarriedOut(pairs, all));
      if (unfinished.isEmpty()) {
        noteTakedown(all, AuditEvent.Outcome.DONE);
      }
      return new Report(
          subject,
          count(all, Published::split),
          count(all, Published::producer),
          all.size() - left.size(),
          earlier.or(this::others),
          unfinished);
    }

    /** The takedown whose words stand, where two asked for it at the same moment. */
    private Optional<Takedown> others() {
      try {
        look();
      } catch (RetriableException e) {
        return Optional.empty();
      }
      return Optional.ofNullable(inForce.get(subject.key()))
          .filter(
              stands ->
                  !stands.getRequestedBy().equals(request.by())
                      || !stands.getCause().equals(request.cause()));
    }

    private void noteTakedown(Map<String, Published> all, AuditEvent.Outcome outcome) {
      note(
          TakedownEvent.TAKEDOWN,
          outcome,
          Template.WITHDRAWN_BECAUSE.with(all.size() - left.size(), all.size(), request.cause()),
          Map.of("cause", request.cause(), "requested_by", request.by()));
    }

    private boolean isCarriedOut(PublishedPairs pairs, Map<String, Published> all) {
      boolean reached;
      do {
        reached = progress.await(pairs.partitions(log));
        left = pairs.readOn(log);
        all.putAll(left);
        sendPairs(left);
        publisher.flush();
      } while (reached && !left.isEmpty() && !progress.isOver());
      return reached && left.isEmpty();
    }

    Optional<Report> lift() {
      String key = subject.key();
      List<String> keys =
          inForce.keySet().stream()
              .filter(one -> one.equals(key) || inForce.get(one).getPartOf().equals(key))
              .toList();
      if (!last.containsKey(key) && keys.isEmpty()) {
        return Optional.empty();
      }
      if (!keys.isEmpty()) {
        for (String one : keys) {
          var unused = publisher.remove(one, "the end of takedown " + one);
        }
        note(
            TakedownEvent.LIFT,
            AuditEvent.Outcome.DONE,
            Template.counted(keys.size(), Template.TAKEDOWN_LIFTED, Template.TAKEDOWNS_LIFTED),
            Map.of("requested_by", request.by()));
        publisher.flush();
      }
      return Optional.of(
          new Report(
              subject,
              new TreeMap<>(),
              new TreeMap<>(),
              keys.size(),
              Optional.ofNullable(inForce.get(key)),
              unfinished(() -> progress.await(List.of()))));
    }

    /**
     * The remaining work, in a sentence. A broker that does not answer does not undo a takedown,
     * which is in Kafka.
     */
    private Optional<String> unfinished(BooleanSupplier isDone) {
      try {
        if (isDone.getAsBoolean()) {
          return Optional.empty();
        }
        return Optional.of(
            progress.isAnybodyThere()
                ? "the topology has not carried it out yet"
                : "no preprocess runs that could carry it out");
      } catch (RetriableException e) {
        return Optional.of("Kafka does not say in time whether it is carried out");
      }
    }

    /** A takedown in force keeps its words, unless it knew of no sample. */
    private boolean isInForce(PublishedPairs pairs) {
      return Optional.ofNullable(inForce.get(subject.key()))
          .filter(earlier -> earlier.getPartOf().isEmpty())
          .filter(earlier -> !earlier.getSampleId().isEmpty() || pairs.sampleId().isEmpty())
          .isPresent();
    }

    /** Sends a takedown for each published pair, but for the one that was asked for. */
    private void sendPairs(Map<String, Published> published) {
      published.forEach(
          (id, pair) -> {
            Subject one = new Subject(TakedownKind.PAIR, id);
            if (!one.equals(subject) && !inForce.containsKey(one.key()) && sent.add(id)) {
              send(one, pair.imageDigest(), pair.sampleId(), subject.key());
            }
          });
    }

    private void send(Subject of, String imageDigest, String sampleId, String partOf) {
      Takedown takedown =
          Takedown.newBuilder()
              .setKind(of.kind().name())
              .setSubject(of.name())
              .setImageDigest(imageDigest)
              .setSampleId(sampleId)
              .setPartOf(partOf)
              .setRequestedBy(request.by())
              .setCause(request.cause())
              .setRequestedAt(clock.instant().truncatedTo(ChronoUnit.MILLIS))
              .build();
      var unused = publisher.publish(of.key(), takedown, "the takedown of " + of.key());
    }

    /** Writes the state of this takedown to the audit trail, in place of the state before. */
    private void note(
        String name, AuditEvent.Outcome outcome, Sentence detail, Map<String, String> facts) {
      ActionLog.write(
          cluster,
          new AuditEvent(name, subject.key(), outcome, detail, facts)
              .by(Actor.atTheCommandLine(), at, actionId));
    }
  }
}

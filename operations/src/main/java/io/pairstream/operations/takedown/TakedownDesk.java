package io.pairstream.operations.takedown;

import io.pairstream.operations.actions.ActionLog;
import io.pairstream.operations.actions.Actor;
import io.pairstream.operations.actions.AuditEvent;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.CommittedLog;
import io.pairstream.operations.sentence.Sentence;
import io.pairstream.operations.sentence.Template;
import io.pairstream.operations.takedown.PublishedPairs.Published;
import io.pairstream.operations.takedown.TopologyProgress.Deadline;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.Takedown;
import io.pairstream.schemas.TakedownKind;
import io.pairstream.schemas.topics.RecordSizes;
import io.pairstream.schemas.wire.KafkaTimeouts;
import io.pairstream.service.publish.RecordPublisher;
import java.time.Clock;
import java.time.Duration;
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
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;

/**
 * Takes down and lifts.
 *
 * <p>A takedown is one record that rejects what comes, and one more for each further pair that is
 * published of it: of an image, a contributor or a source; of a pair, the same sample under another
 * spelling of its caption. Those that are published while the first one is on its way are found
 * once it has reached every task of the topology, after which no more can come. So whoever is
 * interrupted asks for the same once more.
 */
public final class TakedownDesk {

  private static final Duration DELIVERY_TIMEOUT = Duration.ofSeconds(30);
  private static final RecordPublisher.Limits LIMITS =
      new RecordPublisher.Limits(RecordSizes.MAX_TAKEDOWN, 4 * 1024 * 1024);

  private final ClusterAccess cluster;
  private final Clock clock;

  public TakedownDesk(ClusterAccess cluster, Clock clock) {
    this.cluster = cluster;
    this.clock = clock;
  }

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

  /** What would be removed. */
  public TakedownReport plan(Subject subject) {
    cluster.requireRegistry();
    try (CommittedLog log = CommittedLog.open(cluster)) {
      return new TakedownReport(
          subject,
          bySplit(new PublishedPairs(cluster, subject).readOn(log)),
          0,
          Optional.ofNullable(inForce(log).get(subject.key())),
          Optional.empty());
    }
  }

  /**
   * Withdraws; returns once the topology has carried it out, or has not in time. What is published
   * stays published in that case, and is carried out later.
   */
  public TakedownReport takeDown(Request request) {
    cluster.requireRegistry();
    try (CommittedLog log = CommittedLog.open(cluster);
        Admin admin = cluster.admin();
        RecordPublisher<Takedown> publisher = open()) {
      Subject subject = request.subject();
      Map<String, Takedown> inForce = inForce(log);
      PublishedPairs pairs = new PublishedPairs(cluster, subject);
      Map<String, Published> published = Map.copyOf(pairs.readOn(log));
      Takedowns takedowns = new Takedowns(publisher, request, inForce);
      takedowns.ofSubject(pairs);
      takedowns.ofPairs(published);
      takedowns.noteWithdrawn(published.size());

      Deadline deadline = deadline(request);
      TopologyProgress progress = new TopologyProgress(cluster, admin, log, deadline);
      Map<String, Published> all = new HashMap<>(published);
      boolean reached;
      Map<String, Published> left;
      do {
        takedowns.flush();
        reached = progress.await(pairs.partitions(log));
        left = pairs.readOn(log);
        all.putAll(left);
        takedowns.ofPairs(left);
      } while (reached && !left.isEmpty() && !deadline.isOver());
      takedowns.flush();
      return new TakedownReport(
          subject,
          bySplit(all),
          all.size() - left.size(),
          Optional.ofNullable(inForce.get(subject.key())),
          reached && left.isEmpty() ? Optional.empty() : Optional.of(unfinished(progress)));
    }
  }

  /**
   * Lifts a takedown and those of pairs that were part of it. What was removed is not brought back;
   * copies are taken again.
   *
   * @param request its cause is not needed
   * @return with the number of takedowns that were lifted for {@code removed}; with no {@code
   *     earlier} where none was in force
   */
  public TakedownReport lift(Request request) {
    cluster.requireRegistry();
    try (CommittedLog log = CommittedLog.open(cluster);
        Admin admin = cluster.admin();
        RecordPublisher<Takedown> publisher = open()) {
      String key = request.subject().key();
      Map<String, Takedown> inForce = inForce(log);
      List<String> keys =
          inForce.keySet().stream()
              .filter(one -> one.equals(key) || inForce.get(one).getPartOf().equals(key))
              .toList();
      if (keys.isEmpty()) {
        return new TakedownReport(
            request.subject(), new TreeMap<>(), 0, Optional.empty(), Optional.empty());
      }
      Takedowns takedowns = new Takedowns(publisher, request, inForce);
      keys.forEach(takedowns::lift);
      takedowns.noteLifted(keys.size());
      TopologyProgress progress = new TopologyProgress(cluster, admin, log, deadline(request));
      takedowns.flush();
      boolean reached = progress.await(List.of());
      return new TakedownReport(
          request.subject(),
          new TreeMap<>(),
          keys.size(),
          Optional.ofNullable(inForce.get(key)),
          reached ? Optional.empty() : Optional.of(unfinished(progress)));
    }
  }

  /** The takedowns in force, oldest first; without those of pairs that are part of another. */
  public List<TakedownEntry> list() {
    cluster.requireRegistry();
    try (CommittedLog log = CommittedLog.open(cluster)) {
      Map<String, Takedown> all = inForce(log);
      Map<String, Long> parts =
          all.values().stream()
              .collect(Collectors.groupingBy(Takedown::getPartOf, Collectors.counting()));
      return all.entrySet().stream()
          .filter(entry -> !all.containsKey(entry.getValue().getPartOf()))
          .map(entry -> new TakedownEntry(entry.getValue(), parts.getOrDefault(entry.getKey(), 0L)))
          .sorted(Comparator.comparing(entry -> entry.takedown().getRequestedAt()))
          .toList();
    }
  }

  /** The takedowns in force, by key; what is lifted or cannot be read takes nothing down. */
  private Map<String, Takedown> inForce(CommittedLog log) {
    Map<String, Takedown> inForce = new HashMap<>();
    log.readAll(
        cluster.topics().takedowns(),
        (key, read) -> {
          inForce.remove(key);
          read.ifPresent(takedown -> inForce.put(key, takedown));
        });
    return inForce;
  }

  private static Deadline deadline(Request request) {
    return new Deadline(System.nanoTime() + request.timeout().toNanos(), request.meanwhile());
  }

  private static String unfinished(TopologyProgress progress) {
    return progress.isAnybodyThere()
        ? "the topology has not carried it out yet"
        : "no preprocess runs that could carry it out";
  }

  private static SortedMap<PairStatus, Long> bySplit(Map<String, Published> pairs) {
    return pairs.values().stream()
        .collect(Collectors.groupingBy(Published::split, TreeMap::new, Collectors.counting()));
  }

  private RecordPublisher<Takedown> open() {
    Map<String, Object> settings = new HashMap<>(cluster.clientSettings());
    KafkaTimeouts.sendWithin(settings, DELIVERY_TIMEOUT);
    settings.put("compression.type", "gzip"); // a million of them differ in their ids alone
    return RecordPublisher.open(
        cluster.topics().takedowns(), Takedown.SCHEMA$, LIMITS, cluster.registry(), settings);
  }

  /** What one request publishes. */
  private final class Takedowns {

    private final RecordPublisher<Takedown> publisher;
    private final Request request;
    private final Map<String, Takedown> inForce;
    private final Set<String> sent = new HashSet<>();

    Takedowns(RecordPublisher<Takedown> publisher, Request request, Map<String, Takedown> inForce) {
      this.publisher = publisher;
      this.request = request;
      this.inForce = inForce;
    }

    /** The takedown itself; one that is in force keeps its words, unless it knew of no sample. */
    void ofSubject(PublishedPairs pairs) {
      Subject subject = request.subject();
      boolean isInForce =
          Optional.ofNullable(inForce.get(subject.key()))
              .filter(earlier -> earlier.getPartOf().isEmpty())
              .filter(earlier -> !earlier.getSampleId().isEmpty() || pairs.sampleId().isEmpty())
              .isPresent();
      if (!isInForce) {
        send(subject, pairs.imageDigest(), pairs.sampleId(), "");
      }
    }

    /** One for each published pair, but for the one that was asked for. */
    void ofPairs(Map<String, Published> published) {
      published.forEach(
          (id, pair) -> {
            Subject subject = new Subject(TakedownKind.PAIR, id);
            boolean isAsked = subject.equals(request.subject());
            if (!isAsked && !inForce.containsKey(subject.key()) && sent.add(id)) {
              send(subject, pair.imageDigest(), pair.sampleId(), request.subject().key());
            }
          });
    }

    void lift(String key) {
      var unused = publisher.remove(key, "the end of takedown " + key);
    }

    void noteWithdrawn(int pairs) {
      note(
          TakedownEvent.TAKEDOWN,
          Template.counted(pairs, Template.PAIR_WITHDRAWN, Template.PAIRS_WITHDRAWN),
          Map.of("cause", request.cause(), "requested_by", request.by()));
    }

    void noteLifted(int takedowns) {
      note(
          TakedownEvent.LIFT,
          Template.counted(takedowns, Template.TAKEDOWN_LIFTED, Template.TAKEDOWNS_LIFTED),
          Map.of("requested_by", request.by()));
    }

    /** Returns once all of it is in Kafka. */
    void flush() {
      publisher.flush();
    }

    private void send(Subject subject, String imageDigest, String sampleId, String partOf) {
      Takedown takedown =
          Takedown.newBuilder()
              .setKind(subject.kind().name())
              .setSubject(subject.name())
              .setImageDigest(imageDigest)
              .setSampleId(sampleId)
              .setPartOf(partOf)
              .setRequestedBy(request.by())
              .setCause(request.cause())
              .setRequestedAt(clock.instant().truncatedTo(ChronoUnit.MILLIS))
              .build();
      var unused = publisher.publish(subject.key(), takedown, "the takedown of " + subject.key());
    }

    private void note(String name, Sentence detail, Map<String, String> facts) {
      ActionLog.writeNow(
          cluster,
          new AuditEvent(
              name, request.subject().key(), AuditEvent.Outcome.DONE, detail.text(), facts),
          Actor.atTheCommandLine(),
          clock);
    }
  }
}

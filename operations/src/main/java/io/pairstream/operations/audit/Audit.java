package io.pairstream.operations.audit;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.CommittedLog;
import io.pairstream.operations.cluster.CommittedLog.Stretch;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.Standing;
import io.pairstream.schemas.WaitingLink;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.topics.Topic;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.FinishedOffsets;
import io.pairstream.schemas.wire.LinkHeaders;
import io.pairstream.schemas.wire.OriginHeader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.SerializationException;

/**
 * Checks the accounting rule on a live cluster: for every raw coordinate from the start of the log
 * to the offset that preprocessing committed, exactly one committed record in training, validation,
 * test or quarantine, or a withdrawal that names it. And for every link that the fetchers have
 * finished, exactly one raw pair, one record in quarantine or one waiting record that names it.
 * Last, that each pair which says that a person let it in was let in by one.
 *
 * <p>Takes its snapshots upstream first, so that a record which moves on meanwhile is seen at least
 * once: committed offsets, then what is on its way through the repartition topic, then the outputs.
 * Reads every output, but of the raw topics only the records that no output names; scraped pairs,
 * which are outputs of links, are read in full where there are links. Memory: half a byte per raw
 * offset and about 90 bytes per accepted pair.
 */
public final class Audit {

  /**
   * A transaction becomes visible on one partition after another; a record that is missing at first
   * is looked for so often again.
   */
  static final int SECOND_LOOKS = 3;

  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private final ClusterAccess cluster;
  private final PairTopics topics;
  private final Runnable betweenLooks;

  /** Topics of the splits, with the name that their records must carry. */
  private final Map<String, String> splits = new LinkedHashMap<>();

  /** An audit that looks for three seconds for what is missing at first. */
  public Audit(ClusterAccess cluster) {
    this(cluster, PATIENCE);
  }

  /**
   * @param patience how long to look for what is missing at first
   */
  public Audit(ClusterAccess cluster, Duration patience) {
    this(cluster, () -> pause(patience.dividedBy(SECOND_LOOKS)));
  }

  /**
   * @param betweenLooks runs before what was missing is looked for once more
   */
  Audit(ClusterAccess cluster, Runnable betweenLooks) {
    this.cluster = cluster;
    this.betweenLooks = betweenLooks;
    this.topics = cluster.topics();
    splits.put(topics.training().name(), Standing.TRAINING.name());
    splits.put(topics.validation().name(), Standing.VALIDATION.name());
    splits.put(topics.test().name(), Standing.TEST.name());
  }

  /**
   * Runs one audit.
   *
   * @throws io.pairstream.schemas.wire.RegistryUnavailableException where the registry does not
   *     answer, without which no value can be blamed
   */
  public AuditReport run() {
    cluster.requireRegistry();
    try (Admin admin = cluster.admin();
        CommittedLog log = CommittedLog.open(cluster);
        CommittedLog lookUp = CommittedLog.openForSingleRecords(cluster)) {
      Map<TopicPartition, Long> waitingEnds =
          log.ends(partitions(log, List.of(topics.waitingLinks().name())));
      LinkLedger links = links(log, admin, waitingEnds);
      String group = cluster.dataset().preprocessGroup();
      List<TopicPartition> rawPartitions = partitions(log, topics.rawNames());
      Map<TopicPartition, Long> starts = log.beginnings(rawPartitions);
      List<RawPartition> raw =
          inputs(
              rawPartitions,
              starts,
              ClusterAccess.committedAndSettled(admin, group, rawPartitions));
      Ledger ledger = new Ledger(raw, splits, topics.quarantine().name());
      List<TopicPartition> repartition = partitions(log, List.of(repartition()));
      Pages onTheWay =
          new Pages(log, repartition, ClusterAccess.committedAndSettled(admin, group, repartition));
      Pages outputs = new Pages(log, partitions(log, outputTopics()), Map.of());
      Pages ofLinks = new Pages(log, partitions(log, linkOutputTopics(log)), Map.of());
      ReviewedPairs reviewed = new ReviewedPairs();

      for (int look = 0; look <= SECOND_LOOKS; look++) {
        onTheWay.readOn(record -> enterInFlight(ledger, record));
        ofLinks.readOn(record -> enterOfLink(links, record));
        outputs.readOn(record -> enter(ledger, links, reviewed, record));
        lookUpUnnamed(lookUp, raw, (partition, record) -> partition.present(record.offset()));
        lookUpUnnamed(lookUp, links.partitions(), (partition, record) -> links.present(record));
        if (ledger.anyMissing()) {
          enterWithdrawals(ledger, log);
        }
        if (!ledger.anyMissing() && !links.anyMissing()) {
          break;
        } else if (look < SECOND_LOOKS) {
          betweenLooks.run();
        }
      }
      reviewed.check(cluster, log, lookUp, betweenLooks, ledger::unreviewed);
      LinkReport linkReport =
          links.close(
              finished(admin, partitions(log, List.of(topics.links().name()))),
              finished(admin, waitingEnds.keySet()));
      return ledger.close(
          ClusterAccess.committedAndSettled(admin, group, rawPartitions), linkReport);
    }
  }

  /**
   * The books of the links. Both topics' finished offsets are asked for at once: the fetchers
   * commit them together.
   */
  private LinkLedger links(CommittedLog log, Admin admin, Map<TopicPartition, Long> waitingEnds) {
    List<TopicPartition> linkPartitions = partitions(log, List.of(topics.links().name()));
    Map<TopicPartition, Long> begins = log.beginnings(linkPartitions);
    List<TopicPartition> both = new ArrayList<>(linkPartitions);
    both.addAll(waitingEnds.keySet());
    Map<TopicPartition, FinishedOffsets> finished = finished(admin, both);
    List<RawPartition> inputs =
        linkPartitions.stream()
            .map(
                tp ->
                    new RawPartition(
                        tp,
                        begins.get(tp),
                        finished.getOrDefault(tp, FinishedOffsets.below(0)),
                        LinkLedger.doors()))
            .toList();
    return new LinkLedger(
        inputs,
        waitingEnds,
        finished,
        log.beginnings(partitions(log, List.of(topics.scraped().name()))));
  }

  private Map<TopicPartition, FinishedOffsets> finished(
      Admin admin, Collection<TopicPartition> partitions) {
    return ClusterAccess.finishedAndSettled(admin, cluster.dataset().fetchGroup(), partitions);
  }

  /** What can name a link; nothing where there never was one. */
  private List<String> linkOutputTopics(CommittedLog log) {
    boolean anyLink =
        log.ends(partitions(log, List.of(topics.links().name()))).values().stream()
            .anyMatch(end -> end > 0);
    return anyLink ? List.of(topics.waitingLinks().name(), topics.scraped().name()) : List.of();
  }

  private void enterOfLink(LinkLedger links, ConsumerRecord<byte[], byte[]> record) {
    if (record.topic().equals(topics.scraped().name())) {
      links.scraped(record);
      LinkHeaders.readLink(record.headers()).ifPresent(link -> links.fetched(link, site(record)));
      return;
    }
    try {
      if (record.value() != null) {
        WaitingLink waiting =
            topics
                .waitingLinks()
                .value()
                .deserializer()
                .deserialize(record.topic(), record.value());
        links.waiting(
            new TopicPartition(record.topic(), record.partition()),
            record.offset(),
            waiting.getOrigin(),
            site(record));
      }
    } catch (SerializationException e) {
      cluster.requireRegistry(); // nobody's link waits in it; the fetchers turn it away
    }
  }

  private static List<TopicPartition> partitions(CommittedLog log, List<String> topics) {
    return topics.stream().flatMap(topic -> log.partitions(topic).stream()).toList();
  }

  private List<RawPartition> inputs(
      List<TopicPartition> partitions,
      Map<TopicPartition, Long> starts,
      Map<TopicPartition, Long> committed) {
    int doors = splits.size() + 1;
    return partitions.stream()
        .map(tp -> new RawPartition(tp, starts.get(tp), committed.getOrDefault(tp, 0L), doors))
        .toList();
  }

  private String repartition() {
    return TopicCatalogue.repartitionTopic(cluster.dataset());
  }

  private List<String> outputTopics() {
    return List.of(
        topics.training().name(),
        topics.validation().name(),
        topics.test().name(),
        topics.quarantine().name());
  }

  private static void enterInFlight(Ledger ledger, ConsumerRecord<byte[], byte[]> record) {
    Optional<Origin> origin = OriginHeader.read(record.headers());
    origin.ifPresentOrElse(
        o -> ledger.inFlight(o, site(record)),
        () -> ledger.misplaced(site(record), "is on the way without its coordinates"));
  }

  private void enter(
      Ledger ledger,
      LinkLedger links,
      ReviewedPairs reviewed,
      ConsumerRecord<byte[], byte[]> record) {
    if (record.topic().equals(topics.quarantine().name())) {
      read(ledger, topics.quarantine(), record)
          .ifPresent(
              (QuarantinedPair pair) -> {
                if (links.isOurs(pair.getOrigin())) {
                  links.quarantined(pair.getOrigin(), site(record));
                } else {
                  ledger.quarantined(site(record), key(record), pair);
                }
              });
      return;
    }
    int door = outputTopics().indexOf(record.topic());
    if (record.value() == null) {
      ledger.removed(door, key(record));
      return;
    }
    Topic<String, PreparedPair> topic =
        List.of(topics.training(), topics.validation(), topics.test()).get(door);
    read(ledger, topic, record)
        .ifPresent(
            pair -> {
              ledger.published(door, splits.get(record.topic()), site(record), key(record), pair);
              reviewed.published(site(record), pair);
            });
  }

  private <T> Optional<T> read(
      Ledger ledger, Topic<String, T> topic, ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null) {
      ledger.misplaced(site(record), "has no value");
      return Optional.empty();
    }
    try {
      return Optional.of(topic.value().deserializer().deserialize(topic.name(), record.value()));
    } catch (SerializationException e) {
      cluster.requireRegistry();
      ledger.misplaced(site(record), "cannot be read: " + e.getMessage());
      return Optional.empty();
    }
  }

  /** Finds out at which of the offsets that nothing names there is a record at all. */
  private static void lookUpUnnamed(
      CommittedLog log,
      List<RawPartition> raw,
      BiConsumer<RawPartition, ConsumerRecord<byte[], byte[]>> each) {
    Map<TopicPartition, RawPartition> byPartition = new HashMap<>();
    Map<TopicPartition, List<Stretch>> unnamed = new HashMap<>();
    for (RawPartition partition : raw) {
      byPartition.put(partition.partition(), partition);
      unnamed.put(partition.partition(), partition.unnamed());
    }
    int rounds = unnamed.values().stream().mapToInt(List::size).max().orElse(0);
    for (int round = 0; round < rounds; round++) {
      Map<TopicPartition, Stretch> next = new HashMap<>();
      for (Map.Entry<TopicPartition, List<Stretch>> entry : unnamed.entrySet()) {
        if (round < entry.getValue().size()) {
          next.put(entry.getKey(), entry.getValue().get(round));
        }
      }
      log.read(
          next,
          record -> {
            each.accept(
                byPartition.get(new TopicPartition(record.topic(), record.partition())), record);
            return true;
          });
    }
  }

  /** Notes the pairs whose last receipt says that they were withdrawn. */
  private void enterWithdrawals(Ledger ledger, CommittedLog log) {
    Map<String, Receipt> withdrawn = new HashMap<>();
    Topic<String, Receipt> receipts = topics.receipts();
    log.read(
        log.everything(log.partitions(receipts.name())),
        record -> {
          Optional<Receipt> receipt =
              receipt(record).filter(r -> Standing.WITHDRAWN.name().equals(r.getStanding()));
          receipt.ifPresentOrElse(
              r -> withdrawn.put(key(record), r), () -> withdrawn.remove(key(record)));
          return true;
        });
    withdrawn.values().forEach(r -> ledger.withdrawn(r.getPairId(), r.getOrigin()));
  }

  /** A receipt; one that is removed or unreadable withdraws nothing. */
  private Optional<Receipt> receipt(ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null) {
      return Optional.empty();
    }
    try {
      Topic<String, Receipt> receipts = topics.receipts();
      return Optional.of(
          receipts.value().deserializer().deserialize(receipts.name(), record.value()));
    } catch (SerializationException e) {
      cluster.requireRegistry();
      return Optional.empty();
    }
  }

  private static String site(ConsumerRecord<byte[], byte[]> record) {
    return record.topic() + "-" + record.partition() + "-" + record.offset();
  }

  private static String key(ConsumerRecord<byte[], byte[]> record) {
    return record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
  }

  private static void pause(Duration pause) {
    try {
      TimeUnit.NANOSECONDS.sleep(pause.toNanos());
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  /** Topics that are read on from where the last reading ended. */
  private static final class Pages {

    private final CommittedLog log;
    private final Map<TopicPartition, Long> next = new HashMap<>();

    /**
     * @param from where to begin, for partitions that do not begin at the start of the log
     */
    Pages(CommittedLog log, List<TopicPartition> partitions, Map<TopicPartition, Long> from) {
      this.log = log;
      log.beginnings(partitions)
          .forEach((tp, begin) -> next.put(tp, Math.max(begin, from.getOrDefault(tp, begin))));
    }

    void readOn(Consumer<ConsumerRecord<byte[], byte[]>> each) {
      Map<TopicPartition, Stretch> stretches = new HashMap<>();
      log.ends(next.keySet())
          .forEach((tp, end) -> stretches.put(tp, new Stretch(next.get(tp), end)));
      log.read(
          stretches,
          record -> {
            each.accept(record);
            return true;
          });
      stretches.forEach((tp, stretch) -> next.put(tp, Math.max(stretch.from(), stretch.to())));
    }
  }
}

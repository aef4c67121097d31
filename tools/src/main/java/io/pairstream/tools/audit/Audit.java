package io.pairstream.tools.audit;

import io.pairstream.cleaning.image.NearCopies;
import io.pairstream.cleaning.plan.CleaningPlan;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.WaitingPair;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.FinishedOffsets;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.schemas.wire.PairTopics;
import io.pairstream.schemas.wire.Topic;
import io.pairstream.schemas.wire.WireFormat;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.CommittedLog;
import io.pairstream.service.cluster.CommittedLog.Stretch;
import io.pairstream.service.cluster.Pages;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.utils.Utils;

/**
 * Checks the accounting rule on a live cluster: for every raw coordinate from the start of the log
 * to the offset that preprocessing committed, exactly one committed record in training, validation,
 * test or quarantine, or a withdrawal that names it. And for every link that the fetchers have
 * finished, exactly one raw pair, one record in quarantine or one waiting record that names it.
 * Last, that each pair which says that a person let it in was let in by one.
 *
 * <p>Takes its snapshots upstream first, so that a record which moves on meanwhile is seen at least
 * once: committed offsets, then what is on its way through the repartition topic, then what waits
 * until its picture has been looked up among all others, then the outputs. Reads every output, but
 * of the raw topics only the records that no output names; scraped pairs, which are outputs of
 * links, are read in full where there are links. An audit since a time reads the outputs from then
 * on and no links.
 *
 * <p>Memory: up to a bit per raw offset and output topic, 40 bytes per link that waits, 300 per
 * pair that a person let in, 40 per picture that is held out, and no more than 200 MB for all else.
 * Disk: 600 bytes per published pair.
 */
public final class Audit {

  /**
   * A transaction becomes visible on one partition after another; a record that is missing at first
   * is looked for so often again, unless all that is written has been read.
   */
  static final int SECOND_LOOKS = 3;

  private static final Duration TIMEOUT = Duration.ofSeconds(3);

  /** How far the clocks of brokers and operators may be apart where a time is asked for. */
  private static final Duration CLOCKS = Duration.ofHours(1);

  private final ClusterAccess cluster;
  private final PairTopics topics;
  private final List<Topic<PreparedPair>> splits;
  private final Runnable betweenLooks;

  /** An audit that looks for three seconds for what is missing at first. */
  public Audit(ClusterAccess cluster) {
    this(cluster, TIMEOUT);
  }

  /**
   * @param timeout how long to look for what is missing at first
   */
  public Audit(ClusterAccess cluster, Duration timeout) {
    this(cluster, () -> Utils.sleep(timeout.toMillis() / SECOND_LOOKS));
  }

  /**
   * @param betweenLooks runs before what was missing is looked for once more
   */
  Audit(ClusterAccess cluster, Runnable betweenLooks) {
    this.cluster = cluster;
    this.betweenLooks = betweenLooks;
    this.topics = cluster.topics();
    this.splits = List.of(topics.training(), topics.validation(), topics.test());
  }

  /**
   * Audits all that is kept.
   *
   * @throws io.pairstream.schemas.wire.RegistryUnavailableException where the registry does not
   *     answer, without which no value can be blamed
   * @throws io.pairstream.service.table.ViewStorageException where the folder for temporary files
   *     has no place
   */
  public AuditReport run() {
    return since(Instant.EPOCH, NearCopies.DEFAULT);
  }

  /**
   * Audits as {@link #since(Instant, NearCopies)}, and holds the published pairs of a recipe
   * against it: their split, fold and token ids.
   *
   * @param recipe which pictures are near copies, and what its pairs are held against
   * @throws io.pairstream.schemas.wire.RegistryUnavailableException as {@link #run()}
   * @throws io.pairstream.service.table.ViewStorageException as {@link #run()}
   */
  public AuditReport since(Instant since, CleaningPlan recipe) {
    return since(since, recipe.nearCopies(), recipe);
  }

  /**
   * Audits the raw records that Kafka gave that time or a later one. Of the outputs it reads those
   * of such records, and of none that are older: it does not see a pair that is published a second
   * time where the first is older, an image that is in another split by an older pair alone, or
   * what became of links.
   *
   * @param nearCopies which pictures are near copies
   * @throws io.pairstream.schemas.wire.RegistryUnavailableException as {@link #run()}
   * @throws io.pairstream.service.table.ViewStorageException as {@link #run()}
   */
  public AuditReport since(Instant since, NearCopies nearCopies) {
    return since(since, nearCopies, null);
  }

  private AuditReport since(Instant since, NearCopies nearCopies, CleaningPlan recipe) {
    cluster.requireRegistry();
    boolean ofAll = since.equals(Instant.EPOCH);
    try (Admin admin = cluster.admin();
        CommittedLog log = CommittedLog.open(cluster);
        CommittedLog lookUp = CommittedLog.openForSingleRecords(cluster)) {
      Differences differences = new Differences();
      LinkLedger links = new LinkLedger(cluster, log, admin, ofAll, differences);
      List<TopicPartition> rawPartitions = log.partitions(topics.rawNames());
      List<RawPartition> raw = inputs(log, admin, rawPartitions, since);
      Sources sources = sources(log, admin, links, since);
      Map<String, Origin> waitingBy = new HashMap<>();
      ReviewedPairs reviewed = new ReviewedPairs();
      RecipeCheck check = recipe == null ? null : new RecipeCheck(recipe, differences);

      try (Ledger ledger =
          new Ledger(
              raw,
              splits.stream().map(Topic::name).toList(),
              topics.quarantine().name(),
              differences)) {
        for (int look = 0; look <= SECOND_LOOKS; look++) {
          Map<TopicPartition, Long> ends = log.ends(sources.written());
          sources.onTheWay().readOn(record -> enterInFlight(ledger, record));
          sources.waiting().readOn(record -> enterWaiting(ledger, waitingBy, record));
          ledger.beforeOutputs();
          sources.ofLinks().readOn(links::enter);
          sources.outputs().readOn(record -> enter(ledger, links, reviewed, check, record));
          // Those that were decided meanwhile wait no more.
          sources.waiting().readOn(record -> enterWaiting(ledger, waitingBy, record));
          if (ledger.isPartlyUnreadable()) {
            links.excuseMissing();
          }
          ledger.settle();
          lookUpUnnamed(
              lookUp,
              raw,
              (partition, record) -> {
                if (ofAll || record.timestamp() >= since.toEpochMilli()) {
                  partition.present(record.offset());
                }
              });
          lookUpUnnamed(lookUp, links.partitions(), links::present);
          if (ledger.anyMissing()) {
            enterWithdrawals(ledger, log, since);
          }
          if ((!ledger.isUnsettled() && !links.anyMissing()) || isAllRead(admin, ends)) {
            break;
          } else if (look < SECOND_LOOKS) {
            betweenLooks.run();
          }
        }
        reviewed.check(cluster, log, admin, betweenLooks, differences::add);
        return ledger.close(
            ClusterAccess.veryEnds(admin, rawPartitions),
            check == null ? 0 : check.close(),
            links.close(admin),
            nearCopies);
      }
    }
  }

  /**
   * Whether nothing is written behind what was committed, so that no transaction is open either.
   */
  static boolean isAllRead(Admin admin, Map<TopicPartition, Long> committed) {
    return ClusterAccess.veryEnds(admin, committed.keySet()).equals(committed);
  }

  /** Where the records of that time begin; where everything does, for the epoch. */
  private static Map<TopicPartition, Long> starts(
      CommittedLog log, List<TopicPartition> partitions, Instant since) {
    return since.isAfter(Instant.EPOCH)
        ? log.offsetsAt(partitions, since.toEpochMilli())
        : log.beginnings(partitions);
  }

  private List<RawPartition> inputs(
      CommittedLog log, Admin admin, List<TopicPartition> partitions, Instant since) {
    Map<TopicPartition, Long> starts = starts(log, partitions, since);
    Map<TopicPartition, Long> committed =
        ClusterAccess.committedAndSettled(admin, cluster.dataset().preprocessGroup(), partitions);
    int outputs = topics.outputNames().size();
    return partitions.stream()
        .map(
            tp ->
                new RawPartition(
                    tp,
                    starts.get(tp),
                    FinishedOffsets.below(committed.getOrDefault(tp, 0L)),
                    outputs))
        .toList();
  }

  /**
   * Records behind the inputs, read on with each look.
   *
   * @param written all partitions whose ends say whether everything is read
   */
  private record Sources(
      Pages onTheWay, Pages waiting, Pages outputs, Pages ofLinks, List<TopicPartition> written) {}

  private Sources sources(CommittedLog log, Admin admin, LinkLedger links, Instant since) {
    List<TopicPartition> repartition = log.partitions(repartition());
    Pages onTheWay =
        new Pages(
            log,
            repartition,
            ClusterAccess.committedAndSettled(
                admin, cluster.dataset().preprocessGroup(), repartition));
    List<TopicPartition> waiting = waitingPairs(log, admin);
    List<TopicPartition> outputs = log.partitions(topics.outputNames());
    List<TopicPartition> ofLinks = log.partitions(links.outputTopics());
    List<TopicPartition> receipts = log.partitions(topics.receipts().name());
    return new Sources(
        onTheWay,
        new Pages(log, waiting, Map.of()),
        new Pages(log, outputs, starts(log, outputs, since.minus(CLOCKS))),
        new Pages(log, ofLinks, Map.of()),
        Stream.of(outputs, repartition, waiting, ofLinks, receipts).flatMap(List::stream).toList());
  }

  private String repartition() {
    return TopicCatalogue.repartitionTopic(cluster.dataset());
  }

  /** None where the topics were made by a version that looked for no near copies. */
  private List<TopicPartition> waitingPairs(CommittedLog log, Admin admin) {
    String topic = topics.waitingPairs().name();
    return log.partitions(ClusterAccess.existing(admin, Set.of(topic)).keySet());
  }

  /**
   * Enters a record of the store of waiting pairs. Its key says the picture alone: whose pair waits
   * no more is known by the pair that was there before.
   */
  private void enterWaiting(
      Ledger ledger, Map<String, Origin> waiting, ConsumerRecord<byte[], byte[]> record) {
    String key = CommittedLog.key(record);
    if (record.value() == null) {
      Optional.ofNullable(waiting.remove(key))
          .ifPresent(origin -> ledger.waits(origin, site(record), false));
      return;
    }
    read(ledger, topics.waitingPairs(), record)
        .map(WaitingPair::getOrigin)
        .ifPresent(
            origin -> {
              waiting.put(key, origin);
              ledger.waits(origin, site(record), true);
            });
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
      RecipeCheck check,
      ConsumerRecord<byte[], byte[]> record) {
    if (record.topic().equals(topics.quarantine().name())) {
      read(ledger, topics.quarantine(), record)
          .ifPresent(
              (QuarantinedPair pair) -> {
                if (links.isOurs(pair.getOrigin())) {
                  links.quarantined(pair.getOrigin(), site(record));
                } else {
                  ledger.quarantined(site(record), CommittedLog.key(record), pair);
                }
              });
      return;
    }
    int output = topics.outputNames().indexOf(record.topic());
    if (record.value() == null) {
      ledger.removed(output, record.partition(), record.offset(), CommittedLog.key(record));
      return;
    }
    read(ledger, splits.get(output), record)
        .ifPresent(
            pair -> {
              ledger.published(
                  output,
                  topics.splits().get(record.topic()).name(),
                  record.partition(),
                  record.offset(),
                  CommittedLog.key(record),
                  pair);
              reviewed.published(site(record), pair);
              if (check != null) {
                check.published(site(record), pair);
              }
            });
  }

  private <T> Optional<T> read(
      Ledger ledger, Topic<T> topic, ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null) {
      ledger.misplaced(site(record), "has no value");
      return Optional.empty();
    }
    try {
      return Optional.of(topic.read(record.value()));
    } catch (SerializationException e) {
      cluster.requireRegistry();
      if (cluster.registry().isOfUnknownSchema(topic.subject(), record.value())) {
        ledger.unreadable(site(record), WireFormat.schemaId(record.value()).getAsInt());
      } else {
        ledger.unreadable(site(record), e.getMessage());
      }
      return Optional.empty();
    }
  }

  /** Finds out at which of the offsets that nothing names there is a record at all. */
  private static void lookUpUnnamed(
      CommittedLog log,
      List<RawPartition> raw,
      BiConsumer<RawPartition, ConsumerRecord<byte[], byte[]>> each) {
    Map<TopicPartition, RawPartition> byPartition = new HashMap<>();
    Map<TopicPartition, RawPartition.Unnamed> unnamed = new HashMap<>();
    for (RawPartition partition : raw) {
      byPartition.put(partition.partition(), partition);
      unnamed.put(partition.partition(), partition.unnamed());
    }
    while (true) {
      Map<TopicPartition, Stretch> next = new HashMap<>();
      unnamed.forEach((tp, rest) -> rest.next().ifPresent(stretch -> next.put(tp, stretch)));
      if (next.isEmpty()) {
        return;
      }
      unnamed.keySet().retainAll(next.keySet());
      log.readAll(
          next,
          record ->
              each.accept(
                  byPartition.get(new TopicPartition(record.topic(), record.partition())), record));
    }
  }

  /** Notes the raw records of the pairs that receipts call withdrawn. */
  private void enterWithdrawals(Ledger ledger, CommittedLog log, Instant since) {
    List<TopicPartition> receipts = log.partitions(topics.receipts().name());
    new Pages(log, receipts, starts(log, receipts, since.minus(CLOCKS)))
        .readOn(
            record ->
                topics
                    .receipts()
                    .decode(record.value())
                    .filter(r -> PairStatus.WITHDRAWN.name().equals(r.getStatus()))
                    .ifPresent(r -> ledger.withdrawn(r.getOrigin())));
  }

  static String site(ConsumerRecord<byte[], byte[]> record) {
    return record.topic() + "-" + record.partition() + "-" + record.offset();
  }
}

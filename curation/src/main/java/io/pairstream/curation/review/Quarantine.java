package io.pairstream.curation.review;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.schemas.Canaries;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairLink;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.wire.PairTopics;
import io.pairstream.schemas.wire.Topic;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.CommittedLog;
import io.pairstream.service.cluster.CommittedLog.Stretch;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.utils.Utils;

/** A data set's quarantine, as far as it is committed. */
public record Quarantine(ClusterAccess cluster) {

  /** Brokers' clocks agree within this. */
  private static final Duration CLOCK_SKEW = Duration.ofMinutes(1);

  private static final int SMALLEST_WINDOW = 200;

  /**
   * The newest entries without canaries, newest last.
   *
   * @param reason only those with this reason; null for any
   * @param limit how many at most; at least 1
   */
  public List<QuarantineEntry> newest(String reason, int limit) {
    Predicate<QuarantineEntry> wanted =
        entry ->
            (reason == null || reason.equals(entry.pair().getReason())) && !isCanary(entry.pair());
    try (CommittedLog log = CommittedLog.open(cluster)) {
      List<QuarantineEntry> entries = new ArrayList<>();
      log.everything(log.partitions(topic().name()))
          .forEach((tp, all) -> entries.addAll(newestOf(log, tp, all, wanted, limit)));
      entries.sort(Comparator.comparing(QuarantineEntry::arrivedAt));
      return entries.subList(Math.max(0, entries.size() - limit), entries.size());
    }
  }

  private boolean isCanary(QuarantinedPair entry) {
    return entry.getReason().equals(RejectReason.IMAGE_DAMAGED.name())
        && raw(entry).filter(raw -> Canaries.is(raw.getMetadata())).isPresent();
  }

  /**
   * The raw pair that an entry keeps; empty where the entry is a link's, kept no value, or its
   * value is no raw pair.
   *
   * @throws io.pairstream.schemas.wire.RegistryUnavailableException where the registry does not
   *     answer, without which the value cannot be decoded
   */
  public Optional<RawPair> raw(QuarantinedPair entry) {
    PairTopics topics = cluster.topics();
    return topics.rawNames().contains(entry.getOrigin().getTopic())
        ? topics.crowdsourced().decode(Utils.toNullableArray(entry.getValue()))
        : Optional.empty();
  }

  /** The headers of the record that an entry was. */
  public static Headers headers(QuarantinedPair entry) {
    RecordHeaders headers = new RecordHeaders();
    entry
        .getHeaders()
        .forEach(one -> headers.add(one.getKey(), Utils.toNullableArray(one.getValue())));
    return headers;
  }

  /** The link that an entry keeps, likewise. */
  public Optional<PairLink> link(QuarantinedPair entry) {
    Topic<PairLink> links = cluster.topics().links();
    return entry.getOrigin().getTopic().equals(links.name())
        ? links
            .decode(Utils.toNullableArray(entry.getValue()))
            // Another record's value reads as a link too, of which every field has its default.
            .filter(link -> !link.getMetadata().getUrl().isEmpty())
        : Optional.empty();
  }

  /**
   * Whether an entry is a pair's or a link's of this source.
   *
   * @param source a kind of source or a contributor; null for any. Canaries are their contributor's
   *     alone
   */
  boolean isOf(String source, QuarantinedPair entry) {
    if (source == null) {
      String from = entry.getOrigin().getTopic();
      return (cluster.topics().rawNames().contains(from) && !isCanary(entry))
          || cluster.topics().links().name().equals(from);
    }
    return raw(entry)
        .map(RawPair::getMetadata)
        .or(() -> link(entry).map(PairLink::getMetadata))
        .filter(
            of ->
                of.getContributor().equals(source)
                    || (of.getSourceKind().equalsIgnoreCase(source) && !isCanary(entry)))
        .isPresent();
  }

  /** Each entry there is; those of one key in order. */
  public void forEach(Consumer<QuarantineEntry> each) {
    try (CommittedLog log = CommittedLog.open(cluster)) {
      log.readAll(
          log.everything(log.partitions(topic().name())), record -> entry(record).ifPresent(each));
    }
  }

  /** The newest entry with that key. */
  public Optional<QuarantineEntry> show(String key) {
    try (CommittedLog log = CommittedLog.open(cluster)) {
      TopicPartition partition = log.partitionOf(topic().name(), key);
      Stretch all = log.everything(List.of(partition)).get(partition);
      List<QuarantineEntry> found =
          newestOf(log, partition, all, entry -> key.equals(entry.key()), 1);
      return found.stream().findFirst();
    }
  }

  /**
   * An entry that is looked for.
   *
   * @param key the entry's key
   * @param origin the raw record that it was
   * @param arrivedAt the time that Kafka gave the raw record
   */
  public record Sought(String key, Origin origin, Instant arrivedAt) {}

  /** The entry that a raw record became; the parameters as in {@link Sought}. */
  public Optional<QuarantineEntry> entryOf(String key, Origin origin, Instant arrivedAt) {
    List<QuarantineEntry> found = new ArrayList<>();
    entriesOf(List.of(new Sought(key, origin, arrivedAt)), found::add);
    return found.stream().findFirst();
  }

  /**
   * The entries that some raw records became, each as it is found. No record is read twice, and
   * what lies between the times of two entries is passed over.
   */
  public void entriesOf(Collection<Sought> sought, Consumer<QuarantineEntry> found) {
    try (CommittedLog log = CommittedLog.open(cluster)) {
      Map<TopicPartition, List<Sought>> byPartition =
          sought.stream()
              .collect(Collectors.groupingBy(s -> log.partitionOf(topic().name(), s.key())));
      log.everything(byPartition.keySet())
          .forEach((tp, all) -> find(log, tp, all, byPartition.get(tp), found));
    }
  }

  private void find(
      CommittedLog log,
      TopicPartition partition,
      Stretch all,
      List<Sought> sought,
      Consumer<QuarantineEntry> found) {
    Map<Origin, Sought> missing = new LinkedHashMap<>();
    Set<String> keys = new HashSet<>();
    for (Sought one : sought.stream().sorted(Comparator.comparing(Sought::arrivedAt)).toList()) {
      missing.put(one.origin(), one);
      keys.add(one.key());
    }
    long next = all.from();
    while (!missing.isEmpty() && next < all.to()) {
      next = Math.max(next, log.offsetAt(partition, earliest(missing)));
      long[] reached = {all.to()};
      log.read(
          Map.of(partition, new Stretch(next, all.to())),
          record -> {
            if (keys.contains(CommittedLog.key(record))) {
              entry(record)
                  .filter(entry -> missing.remove(entry.pair().getOrigin()) != null)
                  .ifPresent(found);
            }
            boolean goOn = !missing.isEmpty() && earliest(missing) <= record.timestamp();
            reached[0] = goOn ? all.to() : record.offset() + 1;
            return goOn;
          });
      next = reached[0];
    }
  }

  /** Epoch milliseconds before which none of them was written. */
  private static long earliest(Map<Origin, Sought> inOrder) {
    Instant arrivedAt = inOrder.values().iterator().next().arrivedAt();
    return Math.max(0, arrivedAt.minus(CLOCK_SKEW).toEpochMilli());
  }

  /** Reads a partition from its end backwards, so that a long quarantine is not read in full. */
  private List<QuarantineEntry> newestOf(
      CommittedLog log,
      TopicPartition partition,
      Stretch all,
      Predicate<QuarantineEntry> wanted,
      int limit) {
    List<QuarantineEntry> newest = new ArrayList<>();
    long window = Math.max(SMALLEST_WINDOW, 2L * limit);
    long to = all.to();
    while (to > all.from() && newest.size() < limit) {
      long from = Math.max(all.from(), to - window);
      int missing = limit - newest.size();
      Deque<QuarantineEntry> found = new ArrayDeque<>();
      log.readAll(
          Map.of(partition, new Stretch(from, to)),
          record -> {
            entry(record).filter(wanted).ifPresent(found::addLast);
            if (found.size() > missing) {
              found.removeFirst();
            }
          });
      newest.addAll(0, found);
      to = from;
    }
    return newest;
  }

  private Topic<QuarantinedPair> topic() {
    return cluster.topics().quarantine();
  }

  /** The entry; empty for a record that is none, such as a tombstone. */
  public Optional<QuarantineEntry> entry(ConsumerRecord<byte[], byte[]> record) {
    return topic()
        .decode(record.value())
        .map(
            pair ->
                new QuarantineEntry(
                    CommittedLog.key(record), Instant.ofEpochMilli(record.timestamp()), pair));
  }
}

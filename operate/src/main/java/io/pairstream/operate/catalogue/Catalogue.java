package io.pairstream.operate.catalogue;

import io.pairstream.operate.catalogue.CatalogueFold.Place;
import io.pairstream.schemas.IndexedPair;
import io.pairstream.schemas.IndexedPairs;
import io.pairstream.schemas.PairMetadata;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.RefusalKey;
import io.pairstream.schemas.wire.PairTopics;
import io.pairstream.schemas.wire.QuarantineHeader;
import io.pairstream.schemas.wire.Topic;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.table.Aggregate;
import io.pairstream.service.table.Database;
import io.pairstream.service.table.TopicTable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Utils;

/**
 * Tables on this instance's disk of all decisions about pairs: of the index of published ones,
 * quarantine, receipts, uploads, takedowns, reviews, models' answers, the recipe's limits of these
 * and the audit trail, committed records alone. Each record is decoded once and shown to all folds.
 */
public final class Catalogue implements Aggregate {

  private static final RawPair UNKNOWN =
      RawPair.newBuilder().setMetadata(PairMetadata.newBuilder().setSourceKind("").build()).build();

  private final PairTopics topics;
  private final Map<String, Topic<?>> read;
  private final List<CatalogueFold> folds;

  /**
   * Opens the catalogue in a folder, or begins one, and follows the topics from then on. Returns at
   * once.
   *
   * @param folds each with tables of its own
   * @param directory a folder of this catalogue alone
   * @throws io.pairstream.service.table.ViewStorageException where the folder cannot be written, or
   *     another process has it
   */
  public static TopicTable open(
      ClusterAccess cluster, List<CatalogueFold> folds, Path directory, Clock clock) {
    return TopicTable.open(
        new Catalogue(cluster, folds, false), directory, cluster.clientSettings(), clock);
  }

  /**
   * Opens a catalogue that reads published pairs from the splits, pictures included, for who must
   * not miss those to which the index has not come yet.
   */
  public static TopicTable openBySplits(
      ClusterAccess cluster, List<CatalogueFold> folds, Path directory, Clock clock) {
    return TopicTable.open(
        new Catalogue(cluster, folds, true), directory, cluster.clientSettings(), clock);
  }

  private Catalogue(ClusterAccess cluster, List<CatalogueFold> folds, boolean bySplits) {
    this.topics = cluster.topics();
    this.folds = List.copyOf(folds);
    Stream<Topic<?>> published =
        bySplits
            ? Stream.of(topics.training(), topics.validation(), topics.test())
            : Stream.of(topics.index());
    Stream<Topic<?>> others =
        Stream.of(
            topics.quarantine(),
            topics.receipts(),
            topics.uploads(),
            topics.takedowns(),
            topics.reviews(),
            topics.actions(),
            topics.pairAnswers(),
            topics.recipes());
    this.read =
        Stream.concat(published, others)
            .collect(Collectors.toMap(Topic::name, Function.identity()));
  }

  @Override
  public String name() {
    return "the catalogue of pairs";
  }

  @Override
  public String version() {
    return folds.stream()
        .map(fold -> String.valueOf(fold.tables().version()))
        .collect(Collectors.joining(" "));
  }

  @Override
  public List<String> schema() {
    return folds.stream().flatMap(fold -> fold.tables().schema().stream()).toList();
  }

  @Override
  public List<String> topics() {
    return read.keySet().stream().sorted().toList();
  }

  @Override
  public void apply(ConsumerRecord<byte[], byte[]> record, Database table) {
    applyAll(List.of(record), table);
  }

  @Override
  public void applyAll(Iterable<ConsumerRecord<byte[], byte[]>> records, Database table) {
    List<CatalogueFold.Event> events = new ArrayList<>();
    records.forEach(record -> event(record).ifPresent(events::add));
    folds.forEach(fold -> fold.applyAll(events, table));
  }

  /** The record as folds take it; nothing where it cannot be read, or has no key. */
  private Optional<CatalogueFold.Event> event(ConsumerRecord<byte[], byte[]> record) {
    if (record.key() == null) {
      return Optional.empty();
    }
    String key = new String(record.key(), StandardCharsets.UTF_8);
    if (record.topic().equals(topics.takedowns().name()) && RefusalKey.is(key)) {
      return Optional.empty();
    }
    Object value =
        QuarantineHeader.reason(record.headers()).isPresent()
            ? new CatalogueFold.MovedToQuarantine()
            : null;
    if (record.value() != null) {
      value = read.get(record.topic()).decode(record.value()).orElse(null);
      if (value == null) {
        return Optional.empty();
      }
    }
    Instant at = Instant.ofEpochMilli(record.timestamp());
    PairStatus split = topics.splits().get(record.topic());
    Object shown =
        value instanceof QuarantinedPair pair
            ? new CatalogueFold.Rejected(pair, sent(pair).orElse(UNKNOWN))
            : value instanceof PreparedPair pair ? IndexedPairs.entry(pair, split, record) : value;
    Optional<Place> place =
        shown instanceof IndexedPair pair
            ? place(pair)
            : Optional.of(new Place(record.topic(), record.partition(), record.offset(), at));
    return place.map(known -> new CatalogueFold.Event(key, shown, known));
  }

  /** Where a published pair lies; nothing where the entry is of a record that is no pair. */
  private Optional<Place> place(IndexedPair pair) {
    Instant at = pair.getPublishedAt();
    return topics
        .place(pair)
        .filter(place -> !pair.getImageDigest().isEmpty())
        .map(place -> new Place(place.getTopic(), place.getPartition(), place.getOffset(), at));
  }

  @Override
  public void forget(TopicPartition partition, long from, Database table) {
    folds.forEach(f -> f.forget(partition.topic(), partition.partition(), from, table));
  }

  /** The original record; a link's has no image. */
  private Optional<RawPair> sent(QuarantinedPair pair) {
    if (pair.getValue() == null) {
      return Optional.ofNullable(pair.getSent());
    }
    byte[] value = Utils.toArray(pair.getValue());
    return pair.getOrigin().getTopic().equals(topics.links().name())
        ? topics
            .links()
            .decode(value)
            .map(
                link ->
                    RawPair.newBuilder()
                        .setCaption(link.getCaption())
                        .setLanguage(link.getLanguage())
                        .setMetadata(link.getMetadata())
                        .build())
        : topics.crowdsourced().decode(value);
  }
}

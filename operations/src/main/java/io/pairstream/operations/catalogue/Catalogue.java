package io.pairstream.operations.catalogue;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.takedown.TakedownEvent;
import io.pairstream.schemas.Action;
import io.pairstream.schemas.PairLink;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.Review;
import io.pairstream.schemas.Takedown;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.wire.RecordDecoder;
import io.pairstream.service.table.Aggregate;
import io.pairstream.service.table.Database;
import io.pairstream.service.table.TopicTable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
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
 * What was decided about pairs, as tables on this instance's disk: of training, validation, test,
 * quarantine, receipts, takedowns, reviews and the audit trail, committed records alone. Each
 * record is decoded once and shown to all folds.
 */
public final class Catalogue implements Aggregate {

  private static final RawPair UNKNOWN = RawPair.newBuilder().setSourceKind("").build();

  private final PairTopics topics;
  private final Map<String, RecordDecoder<PreparedPair>> prepared;
  private final RecordDecoder<QuarantinedPair> quarantined;
  private final RecordDecoder<Receipt> receipts;
  private final RecordDecoder<Takedown> takedowns;
  private final RecordDecoder<Review> reviews;
  private final RecordDecoder<Action> actions;
  private final RecordDecoder<RawPair> raw;
  private final RecordDecoder<PairLink> links;
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
        new Catalogue(cluster, folds), directory, cluster.clientSettings(), clock);
  }

  private Catalogue(ClusterAccess cluster, List<CatalogueFold> folds) {
    this.topics = cluster.topics();
    this.folds = List.copyOf(folds);
    this.prepared =
        Stream.of(topics.training(), topics.validation(), topics.test())
            .map(topic -> new RecordDecoder<>(topic, PreparedPair.SCHEMA$, cluster.registry()))
            .collect(Collectors.toMap(RecordDecoder::topicName, Function.identity()));
    this.quarantined =
        new RecordDecoder<>(topics.quarantine(), QuarantinedPair.SCHEMA$, cluster.registry());
    this.receipts = new RecordDecoder<>(topics.receipts(), Receipt.SCHEMA$, cluster.registry());
    this.reviews = new RecordDecoder<>(topics.reviews(), Review.SCHEMA$, cluster.registry());
    this.takedowns = new RecordDecoder<>(topics.takedowns(), Takedown.SCHEMA$, cluster.registry());
    this.actions = new RecordDecoder<>(topics.actions(), Action.SCHEMA$, cluster.registry());
    this.raw = new RecordDecoder<>(topics.crowdsourced(), RawPair.SCHEMA$, cluster.registry());
    this.links = new RecordDecoder<>(topics.links(), PairLink.SCHEMA$, cluster.registry());
  }

  @Override
  public String name() {
    return "the catalogue of pairs";
  }

  @Override
  public String version() {
    return folds.stream()
        .map(fold -> String.valueOf(fold.version()))
        .collect(Collectors.joining(" "));
  }

  @Override
  public List<String> schema() {
    return folds.stream().flatMap(fold -> fold.schema().stream()).toList();
  }

  @Override
  public List<String> topics() {
    return Stream.concat(
            prepared.keySet().stream().sorted(),
            Stream.of(
                    topics.quarantine(),
                    topics.receipts(),
                    topics.takedowns(),
                    topics.reviews(),
                    topics.actions())
                .map(topic -> topic.name()))
        .toList();
  }

  @Override
  public void apply(ConsumerRecord<byte[], byte[]> record, Database table) {
    if (record.key() == null) {
      return;
    }
    String key = new String(record.key(), StandardCharsets.UTF_8);
    Place place =
        new Place(
            record.topic(),
            record.partition(),
            record.offset(),
            Instant.ofEpochMilli(record.timestamp()));
    String topic = record.topic();
    if (topic.equals(takedowns.topicName()) && record.value() == null) {
      folds.forEach(f -> f.lifted(key, place, table));
    } else if (topic.equals(takedowns.topicName())) {
      takedowns
          .decode(record.value())
          .ifPresent(t -> folds.forEach(f -> f.takenDown(t, place, table)));
    } else if (topic.equals(actions.topicName())) {
      Optional.ofNullable(record.value())
          .flatMap(actions::decode)
          .flatMap(TakedownEvent::of)
          .ifPresent(event -> folds.forEach(f -> f.takedownEvent(event, place, table)));
    } else if (topic.equals(reviews.topicName())) {
      reviews
          .decode(record.value())
          .ifPresent(r -> folds.forEach(f -> f.reviewed(r, place, table)));
    } else if (topic.equals(quarantined.topicName())) {
      quarantined
          .decode(record.value())
          .ifPresent(
              pair -> {
                RawPair sent = sent(pair).orElse(UNKNOWN);
                folds.forEach(f -> f.quarantined(key, pair, sent, place, table));
              });
    } else if (record.value() == null) {
      folds.forEach(f -> f.removed(key, place, table));
    } else if (topic.equals(receipts.topicName())) {
      receipts
          .decode(record.value())
          .ifPresent(r -> folds.forEach(f -> f.receipt(key, r, place, table)));
    } else {
      prepared
          .get(topic)
          .decode(record.value())
          .ifPresent(p -> folds.forEach(f -> f.prepared(p, place, table)));
    }
  }

  @Override
  public void forget(TopicPartition partition, long from, Database table) {
    folds.forEach(f -> f.forget(partition.topic(), partition.partition(), from, table));
  }

  /** What the original record says; that of a link has no image. */
  private Optional<RawPair> sent(QuarantinedPair pair) {
    if (pair.getValue() == null) {
      return Optional.empty();
    }
    byte[] value = Utils.toArray(pair.getValue());
    return pair.getOrigin().getTopic().equals(topics.links().name())
        ? links
            .decode(value)
            .map(
                link ->
                    RawPair.newBuilder()
                        .setCaption(link.getCaption())
                        .setLanguage(link.getLanguage())
                        .setSourceKind(link.getSourceKind())
                        .setContributor(link.getContributor())
                        .setUrl(link.getUrl())
                        .setLicence(link.getLicence())
                        .setReceivedAt(link.getReceivedAt())
                        .build())
        : raw.decode(value);
  }
}

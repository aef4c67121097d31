package io.pairstream.feed.view;

import io.pairstream.schemas.ViewSegment;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.topics.Topic;
import io.pairstream.schemas.wire.AvroSerdes;
import io.pairstream.schemas.wire.RecordDecoder;
import io.pairstream.schemas.wire.Registry;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;

/** A data set's named views. Thread-safe. */
public final class ViewStore {

  private static final Pattern KEY = Pattern.compile("([^/]+)/([0-9]{8})");

  private final Dataset dataset;
  private final Topic<String, ViewSegment> views;
  private final Registry registry;
  private final Map<String, Object> clientSettings;

  /**
   * @param clientSettings settings of any Kafka client: {@code bootstrap.servers} and security
   */
  public ViewStore(Dataset dataset, Registry registry, Map<String, Object> clientSettings) {
    this.dataset = dataset;
    this.views = PairTopics.of(dataset, new AvroSerdes(registry)).views();
    this.registry = registry;
    this.clientSettings = Map.copyOf(clientSettings);
  }

  /** Key of a segment's record. */
  static String key(String name, int segment) {
    return "%s/%08d".formatted(name, segment);
  }

  /** The segments of named views, as the topic's records tell them one after the other. */
  static final class Known {

    private final RecordDecoder<ViewSegment> decoder;
    private final SortedMap<String, SortedMap<Integer, ConsumerRecord<byte[], byte[]>>> records =
        new TreeMap<>();

    private Known(RecordDecoder<ViewSegment> decoder) {
      this.decoder = decoder;
    }

    void take(ConsumerRecord<byte[], byte[]> record) {
      Matcher key = KEY.matcher(new String(record.key(), StandardCharsets.UTF_8));
      if (key.matches()) {
        var segments = records.computeIfAbsent(key.group(1), unused -> new TreeMap<>());
        segments.put(Integer.valueOf(key.group(2)), record);
        segments.values().removeIf(segment -> segment.value() == null);
      }
    }

    /** Numbers of the segments of a view for which there is a record. */
    Set<Integer> numbers(String name) {
      return records.getOrDefault(name, new TreeMap<>()).keySet();
    }

    /**
     * The view of a name.
     *
     * @throws InvalidViewException where its records are not those of a view
     */
    Optional<NamedView> view(String name) {
      List<ViewSegment> segments = new ArrayList<>();
      records
          .getOrDefault(name, new TreeMap<>())
          .forEach(
              (number, record) -> {
                if (number != segments.size()) {
                  throw new InvalidViewException(
                      "the view %s has a segment %d, and none of the number %d"
                          .formatted(name, number, segments.size()));
                }
                segments.add(segment(name, number, record));
              });
      return segments.isEmpty() ? Optional.empty() : Optional.of(new NamedView(name, segments));
    }

    private ViewSegment segment(String name, int number, ConsumerRecord<byte[], byte[]> record) {
      return decoder
          .decode(record.value())
          .filter(one -> one.getName().equals(name) && one.getSegment() == number)
          .orElseThrow(
              () ->
                  new InvalidViewException(
                      "%s-%d at offset %d holds no segment %d of the view %s, as its key says"
                          .formatted(
                              record.topic(), record.partition(), record.offset(), number, name)));
    }
  }

  /**
   * All views, by name.
   *
   * @throws InvalidViewException where a record on their topic is no segment of a view
   * @throws KafkaException where the broker does not answer or there is no topic of views
   */
  public List<NamedView> all() {
    Known known = readCommitted();
    return known.records.keySet().stream().map(known::view).flatMap(Optional::stream).toList();
  }

  /**
   * The view of a name; empty where there is none.
   *
   * @throws InvalidViewException where nothing can be called so, or its records are not those of a
   *     view
   * @throws KafkaException where the broker does not answer or there is no topic of views
   */
  public Optional<NamedView> find(String name) {
    NamedView.requireName(name);
    return readCommitted().view(name);
  }

  /**
   * The view of a name.
   *
   * @throws InvalidViewException where there is none, nothing can be called so, or its records are
   *     not those of a view
   * @throws KafkaException where the broker does not answer or there is no topic of views
   */
  public NamedView require(String name) {
    return find(name)
        .orElseThrow(
            () ->
                new InvalidViewException(
                    "there is no view %s in the data set %s; view ls tells which there are"
                        .formatted(name, dataset.name())));
  }

  /**
   * Takes the pen of a view, which may not be there yet. Whoever had it before can write no more.
   *
   * @throws InvalidViewException where nothing can be called so
   * @throws io.pairstream.schemas.wire.MissingSchemaException where the registry does not hold the
   *     schema
   * @throws KafkaException where the broker does not answer or there is no topic of views
   */
  public ViewLog open(String name) {
    return open(name, ViewLog.SEGMENT_BLOCKS);
  }

  ViewLog open(String name, int segmentBlocks) {
    NamedView.requireName(name);
    int unused = registry.idOf(views.name() + "-value", ViewSegment.SCHEMA$);
    return new ViewLog(
        views,
        dataset.name(),
        name,
        new Known(new RecordDecoder<>(views, ViewSegment.SCHEMA$, registry)),
        new TopicTail(views.name(), clientSettings),
        segmentBlocks);
  }

  /**
   * Takes the pen of a view, and gathers the pairs behind those that it has. The caller closes the
   * sealer.
   *
   * @param where conditions that all have to hold
   * @throws InvalidViewException where nothing can be called so, or the view is frozen, or one of
   *     another split, of a topic that was made anew, or of other conditions
   * @throws io.pairstream.schemas.wire.MissingSchemaException where the registry does not hold the
   *     schema
   * @throws KafkaException where the broker does not answer or a topic is missing
   */
  public ViewSealer seal(
      String name, FeedSource source, List<Condition> where, ViewSealer.Pace pace, Clock clock) {
    ViewLog log = open(name);
    try {
      return new ViewSealer(log, source, where, pace, clock);
    } catch (RuntimeException e) {
      log.close();
      throw e;
    }
  }

  private Known readCommitted() {
    Known known = new Known(new RecordDecoder<>(views, ViewSegment.SCHEMA$, registry));
    new TopicTail(views.name(), clientSettings).readCommitted(known::take);
    return known;
  }
}

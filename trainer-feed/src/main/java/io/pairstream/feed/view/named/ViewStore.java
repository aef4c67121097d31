package io.pairstream.feed.view.named;

import io.pairstream.feed.filter.Condition;
import io.pairstream.feed.view.CommittedConsumer;
import io.pairstream.feed.view.InvalidViewException;
import io.pairstream.feed.view.PairFilter;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.RunExtent;
import io.pairstream.schemas.ViewSegment;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.topics.Topic;
import io.pairstream.schemas.wire.AdminClients;
import io.pairstream.schemas.wire.AvroSerdes;
import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.schemas.wire.RecordDecoder;
import io.pairstream.schemas.wire.Registry;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;

/** A data set's named views. Thread-safe. */
public final class ViewStore {

  private final Dataset dataset;
  private final PairTopics topics;
  private final Registry registry;
  private final Map<String, Object> clientSettings;

  /**
   * @param clientSettings settings of any Kafka client: {@code bootstrap.servers} and security
   */
  public ViewStore(Dataset dataset, Registry registry, Map<String, Object> clientSettings) {
    this.dataset = dataset;
    this.topics = PairTopics.of(dataset, new AvroSerdes(registry));
    this.registry = registry;
    this.clientSettings = Map.copyOf(clientSettings);
  }

  /**
   * All views, by name.
   *
   * @throws InvalidViewException where a record on their topic is no segment of a view
   * @throws KafkaException where the broker does not answer or there is no topic of views
   */
  public List<NamedView> all() {
    KnownSegments known = readCommitted(name -> true);
    return known.names().stream().map(known::view).flatMap(Optional::stream).toList();
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
    return readCommitted(name::equals).view(name);
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
                    "there is no view "
                        + name
                        + " in the data set "
                        + dataset.name()
                        + "; view ls tells which there are"));
  }

  /**
   * Takes the pen of a view, which may not be there yet. Whoever had it before can write no more.
   *
   * @throws InvalidViewException where nothing can be called so, or its records are not those of a
   *     view
   * @throws io.pairstream.schemas.wire.MissingSchemaException where the registry does not hold the
   *     schema
   * @throws KafkaException where the broker does not answer or there is no topic of views
   */
  public ViewLog open(String name) {
    NamedView.requireName(name);
    int unused = registry.idOf(topics.views().name() + "-value", ViewSegment.SCHEMA$);
    return ViewLog.open(
        topics.views(), decoder(), dataset.name(), name, clientSettings, ViewLog.SEGMENT_BYTES);
  }

  /**
   * Takes the pen of a view, and gathers the pairs behind those that it has. The caller closes the
   * sealer.
   *
   * @param topic the split's
   * @param where conditions that all have to hold
   * @throws InvalidViewException where nothing can be called so, or the view is frozen, or one of
   *     another split, of a topic that was made anew, or of other conditions
   * @throws io.pairstream.schemas.wire.MissingSchemaException where the registry does not hold the
   *     schema
   * @throws KafkaException where the broker does not answer or a topic is missing
   */
  public ViewSealer seal(
      String name, String topic, List<Condition> where, ViewSealer.Pace pace, Clock clock) {
    ViewLog log = open(name);
    Consumer<byte[], byte[]> consumer = CommittedConsumer.open(clientSettings, Map.of());
    try {
      ViewSealer.Split split =
          new ViewSealer.Split(
              topic,
              topicId(topic),
              new PairFilter(RecordDecoder.of(PreparedPair.class, topic, registry), where));
      return new ViewSealer(log, split, pace, consumer, clock);
    } catch (RuntimeException e) {
      log.close();
      consumer.close(CloseOptions.timeout(Duration.ZERO));
      throw e;
    }
  }

  private String topicId(String topic) {
    try (Admin admin = AdminClients.create(clientSettings)) {
      return KafkaAnswers.await(admin.describeTopics(List.of(topic)).allTopicNames())
          .get(topic)
          .topicId()
          .toString();
    }
  }

  /**
   * Names of the runs that follow a view.
   *
   * @throws KafkaException where the broker does not answer or there is no topic of runs
   */
  public SortedSet<String> runsOf(String view) {
    RecordDecoder<RunExtent> decoder =
        new RecordDecoder<>(topics.runs(), RunExtent.SCHEMA$, registry);
    Map<String, String> viewOfRun = new HashMap<>();
    try (TopicTail tail = TopicTail.open(topics.runs().name(), clientSettings)) {
      tail.readCommitted(
          record ->
              // What does not read as an extent, anybody may have written; it decides nothing.
              Optional.ofNullable(record.value())
                  .flatMap(decoder::decode)
                  .ifPresent(extent -> viewOfRun.putIfAbsent(extent.getRun(), extent.getView())));
    }
    SortedSet<String> runs = new TreeSet<>(viewOfRun.keySet());
    runs.removeIf(run -> !viewOfRun.get(run).equals(view));
    return runs;
  }

  private KnownSegments readCommitted(Predicate<String> wanted) {
    KnownSegments known = new KnownSegments(decoder(), wanted);
    try (TopicTail tail = TopicTail.open(topics.views().name(), clientSettings)) {
      tail.readCommitted(known);
    }
    return known;
  }

  private RecordDecoder<ViewSegment> decoder() {
    Topic<String, ViewSegment> views = topics.views();
    return new RecordDecoder<>(views, ViewSegment.SCHEMA$, registry);
  }
}

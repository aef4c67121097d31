package io.pairstream.preprocess.topology;

import static org.apache.kafka.streams.kstream.Named.as;

import io.pairstream.cleaning.plan.SplitByImage.Split;
import io.pairstream.preprocess.topology.CarryOutTakedown.Withdrawn;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.wire.MissingSchemaException;
import io.pairstream.schemas.wire.PairTopics;
import io.pairstream.schemas.wire.RegistryUnavailableException;
import io.pairstream.schemas.wire.Topic;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.errors.TaskMigratedException;
import org.apache.kafka.streams.kstream.Branched;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Predicate;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/** Sources, sinks, stores and values with the topics' own serdes. */
final class TopicNodes {

  static final Serde<byte[]> BYTES = Serdes.ByteArray();

  private TopicNodes() {}

  /**
   * Source settings. The extractor raises a negative timestamp to 0, which would otherwise end a
   * stream thread.
   */
  static Consumed<byte[], byte[]> consumed(String node) {
    return Consumed.with(BYTES, BYTES)
        .withTimestampExtractor((record, latest) -> Math.max(0, record.timestamp()))
        .withName(node);
  }

  /** Source settings of a topic of ours, whose values are decoded by the next node. */
  static Consumed<String, byte[]> keyed(String node) {
    return Consumed.with(Serdes.String(), BYTES).withName(node);
  }

  /**
   * Decodes a value; empty where the value is not a record of ours.
   *
   * @throws TaskMigratedException where the registry is unavailable: the thread joins again from
   *     its last commit and asks again
   */
  static <T> Optional<T> decoded(Topic<T> topic, byte[] value, String what) {
    try {
      return topic.decode(value);
    } catch (RegistryUnavailableException | MissingSchemaException e) {
      throw new TaskMigratedException(
          "the registry cannot say what the schema of " + what + " is", e);
    }
  }

  /** A sink of that name. */
  static <T> void write(KStream<String, T> records, Topic<T> topic, String node) {
    records.to(topic.name(), Produced.with(topic.key(), topic.value()).withName(node));
  }

  static <T> StoreBuilder<KeyValueStore<String, T>> store(String name, Topic<T> topic) {
    return store(name, topic.key(), topic.value());
  }

  static <K, V> StoreBuilder<KeyValueStore<K, V>> store(
      String name, Serde<K> keys, Serde<V> values) {
    return Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(name), keys, values)
        .withLoggingEnabled(Map.of())
        .withCachingDisabled();
  }

  /** Writes each pair to the topic of its split. */
  static void publish(KStream<String, Tracked<PreparedPair>> pairs, PairTopics topics) {
    pairs
        .split(as("split"))
        .branch(isIn(Split.TRAINING), to(topics.training(), "training"))
        .branch(isIn(Split.VALIDATION), to(topics.validation(), "validation"))
        .defaultBranch(to(topics.test(), "test"));
  }

  private static Predicate<String, Tracked<PreparedPair>> isIn(Split split) {
    return (id, pair) -> pair.stage().getSplit().equals(split.name());
  }

  private static Branched<String, Tracked<PreparedPair>> to(
      Topic<PreparedPair> topic, String node) {
    return Branched.withConsumer(
        pairs -> write(pairs.mapValues(Tracked::stage, as("to-" + node)), topic, node), "-" + node);
  }

  /**
   * Writes a tombstone for each pair to the topic of the split that it was in.
   *
   * @param prefix of the nodes' names
   */
  static void remove(KStream<String, Withdrawn> pairs, PairTopics topics, String prefix) {
    pairs
        .split(as(prefix + "remove"))
        .branch(wasIn(Split.TRAINING), tombstones(topics.training(), prefix, "training"))
        .branch(wasIn(Split.VALIDATION), tombstones(topics.validation(), prefix, "validation"))
        .defaultBranch(tombstones(topics.test(), prefix, "test"));
  }

  private static Predicate<String, Withdrawn> wasIn(Split split) {
    return (id, pair) -> pair.from().name().equals(split.name());
  }

  private static Branched<String, Withdrawn> tombstones(
      Topic<PreparedPair> topic, String prefix, String split) {
    return Branched.withConsumer(
        pairs ->
            write(
                pairs.mapValues(pair -> (PreparedPair) null, as(prefix + "remove-from-" + split)),
                topic,
                prefix + split + "-tombstones"),
        "-" + split);
  }
}

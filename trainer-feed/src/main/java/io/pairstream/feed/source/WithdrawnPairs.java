package io.pairstream.feed.source;

import io.pairstream.schemas.Hint;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.RefusalKey;
import io.pairstream.schemas.Sha256;
import io.pairstream.schemas.TakedownKind;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.KafkaTimeouts;
import io.pairstream.schemas.wire.Topic;
import io.pairstream.service.cluster.CommittedLog;
import io.pairstream.service.table.Follower;
import io.pairstream.service.table.KeyedValues;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Recognises withdrawn pairs by the takedowns topic, which is read to its end at first, and then as
 * it grows. While Kafka is away, the takedowns that were known last hold. Thread-safe.
 */
public final class WithdrawnPairs implements Takedowns, AutoCloseable {

  private static final Duration CATCH_UP = Duration.ofMinutes(1);

  private final Topic<PreparedPair> pairs;
  private final Follower follower;

  /** Takedowns in force by their keys. */
  private final KeyedValues<Boolean> takedowns =
      new KeyedValues<>(
          record ->
              record.value() == null || RefusalKey.is(CommittedLog.key(record))
                  ? Optional.empty()
                  : Optional.of(true),
          KeyedValues.OnFault.KEEP);

  /**
   * Reads the takedowns that there are, and follows what comes.
   *
   * @throws KafkaException where the broker does not answer or has no such topic
   */
  public WithdrawnPairs(FeedSource source) {
    String topic = source.cluster().dataset().topic(TopicCatalogue.TAKEDOWNS);
    try {
      source.describe(topic);
    } catch (UnknownTopicOrPartitionException e) {
      throw new UnknownTopicOrPartitionException(
          "there is no topic %s, so it is unknown which pairs are withdrawn; run: %s"
              .formatted(topic, Hint.of("topics create")));
    }
    this.pairs = source.pairs();
    this.follower =
        Follower.start("takedowns", topic, takedowns, source.cluster().clientSettings());
    try {
      Duration answers = KafkaTimeouts.ofAnswers(source.cluster().clientSettings(), CATCH_UP);
      Duration timeout = answers.compareTo(CATCH_UP) > 0 ? answers : CATCH_UP;
      follower.progress().caughtUp().get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      follower.close();
      throw new KafkaException(
          follower.progress().trouble().orElse(topic + " is not read to its end in time"), e);
    } catch (InterruptedException e) {
      follower.close();
      throw new InterruptException(e);
    }
  }

  /** Number of takedowns that hold. */
  public int size() {
    return takedowns.all().size();
  }

  @Override
  public boolean isAny() {
    return size() > 0;
  }

  /** Identity of the set of takedowns in force: 32 hexadecimal digits. */
  @Override
  public String digest() {
    byte[] digest = Sha256.of(String.join("\n", new TreeSet<>(takedowns.all().keySet())));
    return HexFormat.of().formatHex(digest, 0, 16);
  }

  /**
   * Whether a pair is withdrawn now. What is no pair is not.
   *
   * @param value a record's value
   * @throws KafkaException where following the takedowns fails by a fault of ours
   */
  public boolean contains(byte[] value) {
    return isAny() && holds(pairs.decode(value).map(TakedownKind::keysOf).orElse(List.of()));
  }

  /**
   * Whether one of these takedowns holds now.
   *
   * @throws KafkaException where following the takedowns fails by a fault of ours
   */
  @Override
  public boolean holds(List<String> ofPair) {
    Optional<String> fault = follower.progress().fault();
    if (fault.isPresent()) {
      throw new KafkaException(fault.get());
    }
    return ofPair.stream().anyMatch(takedowns.all()::containsKey);
  }

  @Override
  public void close() {
    follower.close();
  }
}

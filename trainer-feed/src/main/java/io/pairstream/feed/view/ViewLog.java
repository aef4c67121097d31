package io.pairstream.feed.view;

import io.pairstream.schemas.ViewBlock;
import io.pairstream.schemas.ViewSegment;
import io.pairstream.schemas.topics.RecordSizes;
import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.schemas.wire.Topic;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.Transactions;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;

/**
 * The only writer of one named view: appends segments, or deletes the view.
 *
 * <p>A new writer ends the transaction of the one before, and then reads what that one has
 * committed; so what is read here holds until the next commit. Not thread-safe.
 */
public final class ViewLog implements AutoCloseable {

  /** After so long the broker ends the transaction of a writer that was killed. */
  static final Duration TRANSACTION_TIMEOUT = Duration.ofSeconds(30);

  /** Most blocks of a segment: of 128 pairs with a gap between each, they take 7 of 10 MiB. */
  static final int SEGMENT_BLOCKS = 5_000;

  private final Topic<ViewSegment> topic;
  private final String name;
  private final Producer<byte[], byte[]> producer;
  private final ViewTopic known;

  /** Null until first read: a name without a valid view can be deleted too. */
  private NamedView view;

  /**
   * @param known is filled with what is on the topic
   */
  ViewLog(ClusterAccess cluster, String name, ViewTopic known) {
    this.topic = cluster.topics().views();
    this.name = name;
    this.known = known;
    this.producer =
        cluster.transactions(
            cluster.dataset().name() + "-view-" + name,
            TRANSACTION_TIMEOUT,
            Map.of("max.request.size", RecordSizes.MAX_RECORD));
    try {
      known.readAll();
    } catch (RuntimeException e) {
      producer.close(Duration.ZERO);
      throw e;
    }
  }

  /**
   * The current view; empty where there is none.
   *
   * @throws InvalidViewException where its records are not those of a view
   */
  public Optional<NamedView> view() {
    if (view == null) {
      view = known.view(name).orElse(null);
    }
    return Optional.ofNullable(view);
  }

  /**
   * Pairs to append to a view.
   *
   * @param where the conditions that the pairs meet
   * @param blocks by partition and offset
   * @param readTo by partition, the offset up to which the split's topic is accounted for
   */
  public record Addition(
      String topic,
      String topicId,
      List<String> where,
      List<Block> blocks,
      SortedMap<Integer, Long> readTo) {}

  /**
   * Appends pairs, as one segment or, where they are very many, several. Either all exist then or
   * none, and every later reader sees them, unless the broker does not answer meanwhile or another
   * view's transaction keeps readers waiting.
   *
   * @param isLast whether the view is frozen with them
   * @throws InvalidViewException where the view is frozen already, or another writer was opened
   * @throws KafkaException where the broker does not take them
   */
  public NamedView append(Addition addition, Instant now, boolean isLast) {
    requireOpen();
    List<ViewSegment> segments = new ArrayList<>(view().map(NamedView::segments).orElse(List.of()));
    int first = segments.size();
    int from = 0;
    do {
      int to = Math.min(addition.blocks().size(), from + SEGMENT_BLOCKS);
      segments.add(segment(addition, segments.size(), addition.blocks().subList(from, to), now));
      from = to;
    } while (from < addition.blocks().size());
    segments.get(segments.size() - 1).setLast(isLast);
    commit(
        segments.subList(first, segments.size()).stream()
            .map(segment -> topic.record(ViewTopic.key(name, segment.getSegment()), segment))
            .toList());
    view = new NamedView(name, segments);
    return view;
  }

  /**
   * Freezes the view as it is.
   *
   * @throws InvalidViewException where there is none, it is frozen already, or another writer was
   *     opened
   * @throws KafkaException where the broker does not take it
   */
  public NamedView freeze(Instant now) {
    NamedView view = view().orElseThrow(() -> new InvalidViewException("there is no view " + name));
    return append(
        new Addition(view.topic(), view.topicId(), view.where(), List.of(), view.readTo()),
        now,
        true);
  }

  /**
   * Deletes the view as it was when this writer was opened.
   *
   * @return whether there was one
   * @throws InvalidViewException where another writer was opened
   * @throws KafkaException where the broker does not take it
   */
  public boolean drop() {
    List<ProducerRecord<byte[], byte[]>> tombstones =
        known.numbers(name).stream()
            .map(number -> topic.record(ViewTopic.key(name, number), null))
            .toList();
    if (!tombstones.isEmpty()) {
      commit(tombstones);
    }
    return !tombstones.isEmpty();
  }

  @Override
  public void close() {
    producer.close(TRANSACTION_TIMEOUT);
  }

  /**
   * Checks that pairs can be added to the view.
   *
   * @throws InvalidViewException where the view is frozen
   */
  public void requireOpen() {
    if (view().map(NamedView::isFrozen).orElse(false)) {
      throw new InvalidViewException(
          "the view " + name + " is frozen: no pairs can be added; seal another");
    }
  }

  private ViewSegment segment(Addition addition, int number, List<Block> blocks, Instant now) {
    Map<String, Long> readTo = new HashMap<>();
    addition.readTo().forEach((partition, offset) -> readTo.put(partition.toString(), offset));
    return ViewSegment.newBuilder()
        .setName(name)
        .setSegment(number)
        .setTopic(addition.topic())
        .setTopicId(addition.topicId())
        .setWhere(addition.where())
        .setSealedAt(now.truncatedTo(ChronoUnit.MILLIS))
        .setBlocks(
            blocks.stream()
                .map(one -> new ViewBlock(one.partition(), one.begin(), one.bytes(), one.runs()))
                .toList())
        .setReadTo(readTo)
        .setLast(false)
        .build();
  }

  private void commit(List<ProducerRecord<byte[], byte[]>> records) {
    long last = 0;
    try {
      producer.beginTransaction();
      List<Future<RecordMetadata>> sent = records.stream().map(producer::send).toList();
      for (Future<RecordMetadata> one : sent) {
        last = KafkaAnswers.await(one).offset();
      }
      producer.commitTransaction();
    } catch (KafkaException e) {
      throw failed(e);
    }
    try {
      // The broker answers a commit before readers see it.
      known.awaitVisible(last);
    } catch (KafkaException e) {
      // It exists all the same. The next reader gets an error of the broker, or finds it
      // once the other view's transaction before it has ended.
    }
  }

  private RuntimeException failed(KafkaException cause) {
    return Transactions.isFenced(cause)
        ? new InvalidViewException(
            "another process writes the view " + name + " now; this one has stopped")
        : cause;
  }
}

package io.pairstream.answers;

import io.pairstream.answers.AnswerFold.Erased;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Pairs whose answers were erased, which are to be taken up once more: an instance erases an answer
 * with the last pair that it knows to show what it is about, while another one is about to record a
 * further pair. Not thread-safe.
 */
final class ErasedAnswers {

  /** Most records that are read at a time. */
  private static final int MOST_READ = 100;

  private final KnownAnswers known;
  private final List<String> cards;
  private final PlacedRecords published;

  /** Pairs whose records have left the log. */
  private final Set<Erased> gone = new HashSet<>();

  ErasedAnswers(ScoreWork work, PlacedRecords published) {
    this.known = work.known();
    this.cards = work.cards();
    this.published = published;
  }

  /**
   * Records of pairs on partitions that may be taken up now, some of them.
   *
   * @param partitions those that are worked on
   */
  List<ConsumerRecord<byte[], byte[]>> look(Map<TopicPartition, SplitPartition> partitions) {
    List<Erased> all =
        known.erased(cards).stream()
            .filter(each -> partitions.containsKey(each.split()))
            .filter(each -> partitions.get(each.split()).isReady())
            .filter(each -> !gone.contains(each))
            .limit(MOST_READ)
            .toList();
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (Erased each : all) {
      Optional<ConsumerRecord<byte[], byte[]>> first = published.read(each.split(), each.offset());
      if (first.isEmpty()) {
        break; // The broker does not answer now.
      } else if (first.get().offset() == each.offset()) {
        records.add(first.get());
      } else {
        gone.add(each);
      }
    }
    return records;
  }
}

package io.pairstream.answers;

import io.pairstream.schemas.wire.PairTopics;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * An instance's settings and state that outlast a session.
 *
 * @param partitions how many each split's topic has
 * @param askers one for each model
 * @param ready records to be committed, in which answers outlast a commit that failed
 * @param began failures of an earlier time may be asked again
 */
record ScoreWork(
    ScoreSettings settings,
    PairTopics topics,
    Map<String, Integer> partitions,
    KnownAnswers known,
    List<Asker> askers,
    List<ProducerRecord<byte[], byte[]>> ready,
    Clock clock,
    ScoreMetrics metrics,
    Instant began) {

  /** Names of all cards, with a blank before and behind each. */
  String cards() {
    return askers.stream()
        .map(asker -> asker.card().name())
        .collect(Collectors.joining(" ", " ", " "));
  }
}

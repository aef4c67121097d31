package io.pairstream.ingest.fetch.queue;

import io.pairstream.cleaning.Measured;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Rejection;
import io.pairstream.ingest.fetch.queue.HostQueues.Job;
import io.pairstream.ingest.fetch.web.FetchResult;
import io.pairstream.ingest.fetch.web.FetchResult.Failed;
import io.pairstream.ingest.fetch.web.FetchResult.Fetched;
import io.pairstream.ingest.fetch.web.FetchResult.Postponed;
import io.pairstream.schemas.PairLink;
import io.pairstream.schemas.wire.OneLine;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Sends what links become and commits it with the offsets that it accounts for, together or not at
 * all, and counts it. Not thread-safe.
 */
final class LinkResults implements AutoCloseable {

  /** Longest time that outputs gather, which delays readers of committed records. */
  private static final Duration GATHERED_FOR = Duration.ofMillis(100);

  private static final long MOST_BYTES = 32L * 1024 * 1024;

  private final LinkOutputs outputs;
  private final Producer<byte[], byte[]> producer;
  private final RetryPlan retries;
  private final Tally tally;
  private boolean open;
  private long openedAt;
  private long bytes;

  /** Takes the producer over, and rolls back what one of the same id left open. */
  LinkResults(
      LinkOutputs outputs, Producer<byte[], byte[]> producer, RetryPlan retries, Tally tally) {
    this.outputs = outputs;
    this.producer = producer;
    this.retries = retries;
    this.tally = tally;
    try {
      producer.initTransactions();
    } catch (KafkaException e) {
      close();
      throw e;
    }
  }

  /** Writes the outputs of a fetch. */
  void finish(Job job, FetchResult result, Instant now) {
    List<ProducerRecord<byte[], byte[]>> records;
    if (result instanceof Fetched fetched) {
      tally.fetched.increment();
      tally.imageBytes.add(fetched.image().size());
      records = outputs.fetched(job, fetched);
    } else if (result instanceof Failed failed) {
      records = failed(job, failed, now);
    } else {
      records = postponed(job, (Postponed) result, now);
    }
    finish(job.share(), job.offset(), records);
  }

  private List<ProducerRecord<byte[], byte[]>> failed(Job job, Failed failed, Instant now) {
    TriedLink tried = job.tried().failed(failed.reason().name(), OneLine.of(failed.detail()), now);
    if (failed.retryable() && retries.triesAgainAfter(tried.attempts())) {
      Duration pause =
          retries.pause(failed.reason(), tried.attempts(), failed.retryAfter(), tried.origin());
      tally.triedAgain.increment();
      return outputs.toBeTriedAgain(job, tried, now.plus(pause));
    }
    String detail = tried.link().getDetail();
    return quarantined(
        tried,
        new Rejection(
            failed.reason(),
            tried.attempts() == 1 ? detail : detail + " (attempt " + tried.attempts() + ")",
            failed.measured().withTexts(OneLine::of)),
        job.link());
  }

  private List<ProducerRecord<byte[], byte[]>> postponed(
      Job job, Postponed postponed, Instant now) {
    Duration giveUpAfter = retries.giveUpAfter();
    // Not since it arrived: a link may wait for months before a fetcher runs.
    TriedLink tried = job.tried().takenUp(now);
    Duration age = Duration.between(tried.link().getFirstTriedAt(), now);
    if (age.compareTo(giveUpAfter) > 0) {
      return quarantined(
          tried,
          new Rejection(
              RejectReason.FETCH_TIMEOUT,
              "it was never this link's turn: " + OneLine.of(postponed.detail()),
              Measured.atMost("age_h", age.toHours(), giveUpAfter.toHours(), "h")),
          job.link());
    }
    tally.putOff.increment();
    return outputs.putOff(job, tried, now.plus(retries.bounded(postponed.retryAfter())));
  }

  void putOff(Job job, Instant dueAt) {
    tally.putOff.increment();
    finish(job.share(), job.offset(), outputs.putOff(job, job.tried(), dueAt));
  }

  /**
   * Quarantines a link for the record at an offset.
   *
   * @param link null where it could not be read
   */
  void quarantine(Share share, long offset, TriedLink tried, Rejection refusal, PairLink link) {
    finish(share, offset, quarantined(tried, refusal, link));
  }

  private List<ProducerRecord<byte[], byte[]>> quarantined(
      TriedLink tried, Rejection refusal, PairLink link) {
    tally.countQuarantined(refusal.reason());
    return outputs.quarantined(tried, refusal, link);
  }

  /** Sends records, which finish the one at an offset. */
  void finish(Share share, long offset, List<ProducerRecord<byte[], byte[]>> records) {
    if (!open) {
      producer.beginTransaction();
      open = true;
      openedAt = System.nanoTime();
      bytes = 0;
    }
    for (ProducerRecord<byte[], byte[]> record : records) {
      // A send that fails fails the commit.
      var unused = producer.send(record);
      bytes += record.value().length;
    }
    share.finish(offset);
  }

  /** Whether enough has gathered to be committed, or for long enough. */
  boolean isDue() {
    return open && (bytes >= MOST_BYTES || System.nanoTime() - openedAt >= GATHERED_FOR.toNanos());
  }

  /**
   * Commits what was sent; does nothing where that is nothing.
   *
   * @throws KafkaException where no share has anything finished, because what was sent was for
   *     shares that are no longer ours; others send it too
   */
  void commit(Collection<Share> shares, ConsumerGroupMetadata member) {
    if (!open) {
      return;
    }
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    for (Share share : shares) {
      if (share.isChanged()) {
        var finished = share.finished();
        offsets.put(share.partition(), new OffsetAndMetadata(finished.low(), finished.metadata()));
      }
    }
    if (offsets.isEmpty()) {
      throw new KafkaException("what was sent is another instance's to send");
    }
    producer.sendOffsetsToTransaction(offsets, member);
    producer.commitTransaction();
    open = false;
    shares.forEach(Share::committed);
  }

  /** Rolls back what is not committed. */
  @Override
  public void close() {
    producer.close(Duration.ZERO);
  }
}

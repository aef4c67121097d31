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
import io.pairstream.service.transactions.Outbox;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Puts what links become into the outbox, finishes their records, and counts it. Not thread-safe.
 */
record LinkResults(LinkOutputs outputs, Outbox outbox, RetryPlan retries, FetchMetrics metrics) {

  /** Writes the outputs of a fetch. */
  void finish(Job job, FetchResult result, Instant now) {
    List<ProducerRecord<byte[], byte[]>> records;
    if (result instanceof Fetched fetched) {
      metrics.fetched.increment();
      metrics.imageBytes.add(fetched.image().size());
      records = outputs.fetched(job, fetched);
    } else if (result instanceof Failed failed) {
      records = failed(job, failed, now);
    } else {
      records = postponed(job, (Postponed) result, now);
    }
    finish(job.partition(), job.offset(), records);
  }

  private List<ProducerRecord<byte[], byte[]>> failed(Job job, Failed failed, Instant now) {
    TriedLink tried = job.tried().failed(failed.reason().name(), OneLine.of(failed.detail()), now);
    if (failed.retryable() && retries.triesAgainAfter(tried.attempts())) {
      Duration pause =
          retries.pause(failed.reason(), tried.attempts(), failed.retryAfter(), tried.origin());
      metrics.triedAgain.increment();
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
    metrics.putOff.increment();
    return outputs.putOff(job, tried, now.plus(retries.bounded(postponed.retryAfter())));
  }

  void putOff(Job job, Instant dueAt) {
    metrics.putOff.increment();
    finish(job.partition(), job.offset(), outputs.putOff(job, job.tried(), dueAt));
  }

  /**
   * Quarantines a link for the record at an offset.
   *
   * @param link null where it could not be read
   */
  void quarantine(
      LinkPartition partition, long offset, TriedLink tried, Rejection refusal, PairLink link) {
    finish(partition, offset, quarantined(tried, refusal, link));
  }

  private List<ProducerRecord<byte[], byte[]>> quarantined(
      TriedLink tried, Rejection refusal, PairLink link) {
    metrics.countQuarantined(refusal.reason());
    return outputs.quarantined(tried, refusal, link);
  }

  /** Adds records to the next commit, which finish the one at an offset. */
  void finish(LinkPartition partition, long offset, List<ProducerRecord<byte[], byte[]>> records) {
    records.forEach(outbox::add);
    partition.finish(offset);
  }
}

package io.pairstream.ingest.fetch.queue;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Rejection;
import io.pairstream.ingest.fetch.web.FetchResult;
import io.pairstream.ingest.fetch.web.FetchResult.Failed;
import io.pairstream.ingest.fetch.web.FetchResult.Fetched;
import io.pairstream.ingest.fetch.web.FetchResult.Postponed;
import io.pairstream.schemas.PairLink;
import io.pairstream.schemas.wire.OneLine;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Sends what links become, with the offsets that it accounts for, and counts it. Not thread-safe.
 */
final class LinkResults implements AutoCloseable {

  private final LinkOutputs outputs;
  private final OutputTransaction transaction;
  private final RetryPlan retries;
  private final Tally tally;

  LinkResults(LinkOutputs outputs, OutputTransaction transaction, RetryPlan retries, Tally tally) {
    this.outputs = outputs;
    this.transaction = transaction;
    this.retries = retries;
    this.tally = tally;
  }

  LinkOutputs outputs() {
    return outputs;
  }

  /** What a fetch came to. */
  void finish(LinkJob job, FetchResult result, Instant now) {
    List<ProducerRecord<byte[], byte[]>> records;
    if (result instanceof Fetched fetched) {
      tally.fetched(fetched.image().size());
      records = outputs.fetched(job, fetched);
    } else if (result instanceof Failed failed) {
      records = failed(job, failed, now);
    } else {
      records = postponed(job, (Postponed) result, now);
    }
    finish(job.share(), job.offset(), records);
  }

  private List<ProducerRecord<byte[], byte[]>> failed(LinkJob job, Failed failed, Instant now) {
    TriedLink tried = job.tried().failed(failed.reason().name(), OneLine.of(failed.detail()), now);
    if (failed.retryable() && retries.triesAgainAfter(tried.attempts())) {
      Duration pause =
          retries.pause(failed.reason(), tried.attempts(), failed.retryAfter(), tried.origin());
      tally.triedAgain();
      return outputs.toBeTriedAgain(job, tried, now.plus(pause));
    }
    tally.quarantined(failed.reason());
    String detail = tried.link().getDetail();
    return outputs.quarantined(
        tried,
        new Rejection(
            failed.reason(),
            tried.attempts() == 1 ? detail : detail + " (attempt " + tried.attempts() + ")",
            OneLine.of(failed.measured()),
            OneLine.of(failed.limit())),
        Optional.of(job.link()));
  }

  private List<ProducerRecord<byte[], byte[]>> postponed(
      LinkJob job, Postponed postponed, Instant now) {
    Duration giveUpAfter = retries.giveUpAfter();
    // Not since it arrived: a link may wait for months before anybody fetches.
    TriedLink tried = job.tried().takenUp(now);
    Duration age = Duration.between(tried.link().getFirstTriedAt(), now);
    if (age.compareTo(giveUpAfter) > 0) {
      tally.quarantined(RejectReason.FETCH_TIMEOUT);
      return outputs.quarantined(
          tried,
          new Rejection(
              RejectReason.FETCH_TIMEOUT,
              "it was never this link's turn: " + OneLine.of(postponed.detail()),
              age.toHours() + " h",
              giveUpAfter.toHours() + " h"),
          Optional.of(job.link()));
    }
    tally.putOff();
    return outputs.putOff(job, tried, now.plus(retries.bounded(postponed.retryAfter())));
  }

  void putOff(LinkJob job, Instant dueAt) {
    tally.putOff();
    finish(job.share(), job.offset(), outputs.putOff(job, job.tried(), dueAt));
  }

  void quarantine(
      Share share, long offset, TriedLink tried, Rejection refusal, Optional<PairLink> link) {
    tally.quarantined(refusal.reason());
    finish(share, offset, outputs.quarantined(tried, refusal, link));
  }

  void finish(Share share, long offset, List<ProducerRecord<byte[], byte[]>> records) {
    transaction.send(records);
    share.finish(offset);
  }

  boolean isDue() {
    return transaction.isDue();
  }

  void commit(Collection<Share> shares, ConsumerGroupMetadata member) {
    transaction.commit(shares, member);
  }

  /** Rolls back what is not committed. */
  @Override
  public void close() {
    transaction.close();
  }
}

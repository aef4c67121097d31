package io.pairstream.ingest.fetch.queue;

import io.pairstream.cleaning.Measured;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Rejection;
import io.pairstream.ingest.fetch.queue.HostQueues.Job;
import io.pairstream.ingest.fetch.web.FetchResult.Fetched;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.PairLink;
import io.pairstream.schemas.PairMetadata;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Upload;
import io.pairstream.schemas.WaitingLink;
import io.pairstream.schemas.topics.RecordSizes;
import io.pairstream.schemas.wire.LinkHeaders;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.schemas.wire.PairTopics;
import io.pairstream.service.rejection.Measurements;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * The output records for a link: the one that accounts for it, and the note of its status.
 *
 * <p>A fetched pair's annotations say how it was fetched: {@code fetch.final_url}, {@code
 * fetch.at}, {@code fetch.content_type}, {@code fetch.status}, {@code fetch.redirects}, {@code
 * fetch.address} and {@code fetch.link}, the link's coordinates. They go before annotations of the
 * link's own with these names.
 */
record LinkOutputs(PairTopics topics, Clock clock) {

  static final String STEP = "fetch";

  private static final int OVERHEAD_BYTES = 32 * 1024;

  private static final String KIND = "LINK";

  /** Records for a fetched link: the raw pair, and the note of the upload. */
  List<ProducerRecord<byte[], byte[]>> fetched(Job job, Fetched fetched) {
    PairLink link = job.link();
    TriedLink tried = job.tried();
    ByteBuffer image = ByteBuffer.wrap(fetched.image().bytes());
    RawPair raw =
        RawPair.newBuilder()
            .setImage(image)
            .setCaption(link.getCaption())
            .setLanguage(link.getLanguage())
            .setMetadata(
                PairMetadata.newBuilder(link.getMetadata())
                    .setProducer(tried.header(LinkHeaders.PRODUCER))
                    .setReceivedAt(receivedAt(link, tried))
                    .build())
            .setMediaType(fetched.contentType())
            .setAnnotations(annotations(link, tried.origin(), fetched))
            .build();
    ProducerRecord<byte[], byte[]> pair = topics.scraped().record(fetched.imageDigest(), raw);
    long bytes = (long) pair.key().length + pair.value().length + OVERHEAD_BYTES;
    if (bytes > RecordSizes.MAX_RAW_RECORD) {
      return quarantined(
          tried,
          new Rejection(
              RejectReason.RECORD_TOO_LARGE,
              "image, caption and annotations together are more than a raw record may have",
              Measured.atMost("record_bytes", bytes, RecordSizes.MAX_RAW_RECORD, "bytes")),
          link);
    }
    LinkHeaders.writeLink(pair.headers(), tried.origin());
    Upload upload =
        upload(tried, link, "FETCHED")
            .setPairId(PairIdentity.pairId(fetched.imageDigest(), link.getCaption()))
            .setImageDigest(fetched.imageDigest())
            .build();
    return List.of(pair, note(upload));
  }

  /**
   * Records for a link to be retried after a failed attempt.
   *
   * @param tried link with the attempt that failed
   */
  List<ProducerRecord<byte[], byte[]>> toBeTriedAgain(Job job, TriedLink tried, Instant dueAt) {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>(putOff(job, tried, dueAt));
    records.add(note(upload(tried, job.link(), "WAITING").build()));
    return records;
  }

  /**
   * Records for a link that is postponed without an attempt: its host's turn has not come, or it
   * lies on another instance's partition.
   */
  List<ProducerRecord<byte[], byte[]>> putOff(Job job, TriedLink tried, Instant dueAt) {
    return List.of(topics.waitingLinks().record(job.host(), tried.dueAt(dueAt).link()));
  }

  /** Copy of a waiting record, for the end of its topic. */
  static ProducerRecord<byte[], byte[]> carriedOn(ConsumerRecord<byte[], byte[]> waiting) {
    return new ProducerRecord<>(waiting.topic(), waiting.key(), waiting.value());
  }

  /**
   * Records for a link that will not be fetched.
   *
   * @param link null where it could not be read
   */
  List<ProducerRecord<byte[], byte[]>> quarantined(
      TriedLink tried, Rejection refusal, PairLink link) {
    WaitingLink record = tried.link();
    boolean keeps = tried.size() <= RecordSizes.MAX_RAW_RECORD;
    QuarantinedPair pair =
        QuarantinedPair.newBuilder()
            .setProducer(tried.header(LinkHeaders.PRODUCER))
            .setValue(keeps ? record.getValue() : null)
            .setKey(keeps ? record.getKey() : null)
            .setHeaders(keeps ? record.getHeaders() : List.of())
            .setStep(STEP)
            .setReason(refusal.reason().name())
            .setDetail(
                keeps ? refusal.detail() : refusal.detail() + "; its bytes are not kept here")
            .setMeasured(Measurements.record(refusal.measured()))
            .setOrigin(tried.origin())
            .setQuarantinedAt(record.getArrivedAt())
            .build();
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    records.add(topics.quarantine().record(OriginHeader.text(tried.origin()), pair));
    if (link != null) {
      records.add(
          note(
              upload(tried, link, "FETCH_FAILED")
                  .setReason(refusal.reason().name())
                  .setDetail(refusal.detail())
                  .build()));
    }
    return records;
  }

  private Upload.Builder upload(TriedLink tried, PairLink link, String status) {
    return Upload.newBuilder()
        .setId(PairIdentity.linkId(link.getMetadata().getUrl(), link.getCaption()))
        .setKind(KIND)
        .setStatus(status)
        .setProducer(tried.header(LinkHeaders.PRODUCER))
        .setUrl(link.getMetadata().getUrl())
        .setReason(status.equals("FETCHED") ? "" : tried.link().getReason())
        .setDetail(status.equals("FETCHED") ? "" : tried.link().getDetail())
        .setOrigin(tried.origin())
        .setReceivedAt(receivedAt(link, tried))
        .setChangedAt(clock.instant());
  }

  private ProducerRecord<byte[], byte[]> note(Upload upload) {
    return topics.uploads().record(upload.getId(), upload);
  }

  private static Map<String, String> annotations(PairLink link, Origin origin, Fetched fetched) {
    Map<String, String> annotations = new HashMap<>(link.getAnnotations());
    annotations.put("fetch.final_url", fetched.finalUrl());
    annotations.put("fetch.at", fetched.fetchedAt().toString());
    annotations.put("fetch.content_type", fetched.contentType());
    annotations.put("fetch.status", Integer.toString(fetched.status()));
    annotations.put("fetch.redirects", Integer.toString(fetched.redirects()));
    annotations.put("fetch.address", fetched.address());
    annotations.put("fetch.link", OriginHeader.text(origin));
    return annotations;
  }

  /** Time of receipt; Kafka's arrival time for a link whose producer sets none. */
  private static Instant receivedAt(PairLink link, TriedLink tried) {
    return link.getMetadata().getReceivedAt().equals(Instant.EPOCH)
        ? tried.link().getArrivedAt()
        : link.getMetadata().getReceivedAt();
  }
}

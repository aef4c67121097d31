package io.pairstream.ingest.fetch.queue;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.ingest.fetch.web.FetchResult.Fetched;
import io.pairstream.schemas.Header;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.PairLink;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Upload;
import io.pairstream.schemas.WaitingLink;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.topics.RecordSizes;
import io.pairstream.schemas.topics.Topic;
import io.pairstream.schemas.wire.LinkHeaders;
import io.pairstream.schemas.wire.OriginHeader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.utils.Utils;

/**
 * The records that a link becomes: the one that accounts for it, and one that tells who asks.
 *
 * <p>A fetched pair's annotations say how it was fetched: {@code fetch.final_url}, {@code
 * fetch.at}, {@code fetch.content_type}, {@code fetch.status}, {@code fetch.redirects}, {@code
 * fetch.address}, {@code fetch.certificate_sha256} (over https) and {@code fetch.link}, the link's
 * coordinates. They go before annotations of the link's own with these names.
 */
final class LinkOutputs {

  static final String STEP = "fetch";

  /** What Kafka adds to a record, and the little that a wrapping record says itself. */
  private static final int OVERHEAD_BYTES = 64 * 1024;

  /** A link's record as it came, and what is noted of it. */
  static final int LARGEST_WAITING_BYTES = RecordSizes.MAX_RAW_RECORD + OVERHEAD_BYTES;

  /** More than any plan lets a link be tried, and few enough to be counted on. */
  private static final int MOST_ATTEMPTS = 1_000_000;

  private static final String KIND = "LINK";

  private final PairTopics topics;
  private final Clock clock;

  LinkOutputs(PairTopics topics, Clock clock) {
    this.topics = topics;
    this.clock = clock;
  }

  /** What a link whose image is here becomes. */
  List<ProducerRecord<byte[], byte[]>> fetched(ReadableLink readable, Fetched fetched) {
    PairLink link = readable.link();
    LinkRecord record = readable.tried().record();
    ByteBuffer image = ByteBuffer.wrap(fetched.image().bytes());
    RawPair raw =
        RawPair.newBuilder()
            .setImage(image)
            .setCaption(link.getCaption())
            .setLanguage(link.getLanguage())
            .setSourceKind(link.getSourceKind())
            .setContributor(link.getContributor())
            .setUrl(link.getUrl())
            .setLicence(link.getLicence())
            .setMediaType(fetched.contentType())
            .setAnnotations(annotations(link, record.origin(), fetched))
            .setReceivedAt(receivedAt(link, record))
            .build();
    ProducerRecord<byte[], byte[]> pair = record(topics.scraped(), fetched.imageDigest(), raw);
    long bytes = (long) pair.key().length + pair.value().length + OVERHEAD_BYTES / 2;
    if (bytes > RecordSizes.MAX_RAW_RECORD) {
      return quarantined(
          readable.tried(),
          new Refusal(
              RejectReason.RECORD_TOO_LARGE,
              "image, caption and annotations together are more than a raw record may have",
              bytes + " bytes",
              RecordSizes.MAX_RAW_RECORD + " bytes"),
          Optional.of(link));
    }
    LinkHeaders.writeLink(pair.headers(), record.origin());
    Upload upload =
        upload(readable.tried(), link, "FETCHED")
            .setPairId(PairIdentity.pairId(fetched.imageDigest(), link.getCaption()))
            .setImageDigest(fetched.imageDigest())
            .build();
    return List.of(pair, told(upload));
  }

  /**
   * What a link becomes whose last attempt failed, and that is to be tried again.
   *
   * @param readable with the attempt that failed
   */
  List<ProducerRecord<byte[], byte[]>> toBeTriedAgain(ReadableLink readable, Instant dueAt) {
    return List.of(
        waiting(readable.tried(), readable.host(), dueAt),
        told(upload(readable.tried(), readable.link(), "WAITING").build()));
  }

  /** What a link becomes whose turn it is not, or that lies where another instance works. */
  List<ProducerRecord<byte[], byte[]>> putOff(ReadableLink readable, Instant dueAt) {
    return List.of(waiting(readable.tried(), readable.host(), dueAt));
  }

  /**
   * Whether a record that lets a link wait may be written again: a fetcher writes no larger ones,
   * and a larger one is refused by every broker at every attempt.
   */
  static boolean isCarried(ConsumerRecord<byte[], byte[]> waiting) {
    return sizeOf(waiting) <= LARGEST_WAITING_BYTES;
  }

  /** Why a record that lets a link wait is not written again. */
  static Refusal tooLargeToCarry(ConsumerRecord<byte[], byte[]> waiting) {
    return new Refusal(
        RejectReason.RECORD_TOO_LARGE,
        "no fetcher wrote this record; it is larger than any that lets a link wait",
        sizeOf(waiting) + " bytes",
        LARGEST_WAITING_BYTES + " bytes");
  }

  private static long sizeOf(ConsumerRecord<byte[], byte[]> record) {
    return (long) (record.key() == null ? 0 : record.key().length)
        + (record.value() == null ? 0 : record.value().length);
  }

  /** The same record again, at the end of its topic. */
  static ProducerRecord<byte[], byte[]> carriedOn(ConsumerRecord<byte[], byte[]> waiting) {
    return new ProducerRecord<>(waiting.topic(), waiting.key(), waiting.value());
  }

  /** What a link becomes that nobody will get. */
  List<ProducerRecord<byte[], byte[]>> quarantined(
      TriedLink tried, Refusal refusal, Optional<PairLink> link) {
    LinkRecord record = tried.record();
    boolean keeps = record.size() <= RecordSizes.MAX_RAW_RECORD;
    QuarantinedPair pair =
        QuarantinedPair.newBuilder()
            .setValue(keeps ? wrap(record.value()) : null)
            .setKey(keeps ? wrap(record.key()) : null)
            .setHeaders(keeps ? headers(record) : List.of())
            .setStep(STEP)
            .setReason(refusal.reason().name())
            .setDetail(
                keeps ? refusal.detail() : refusal.detail() + "; its bytes are not kept here")
            .setMeasured(refusal.measured())
            .setLimit(refusal.limit())
            .setOrigin(record.origin())
            .setQuarantinedAt(record.arrivedAt())
            .build();
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    records.add(record(topics.quarantine(), OriginHeader.text(record.origin()), pair));
    link.ifPresent(
        readable ->
            records.add(
                told(
                    upload(tried, readable, "FETCH_FAILED")
                        .setReason(refusal.reason().name())
                        .setDetail(refusal.detail())
                        .build())));
    return records;
  }

  private ProducerRecord<byte[], byte[]> waiting(TriedLink tried, String host, Instant dueAt) {
    LinkRecord record = tried.record();
    WaitingLink waiting =
        WaitingLink.newBuilder()
            .setValue(wrap(record.value()))
            .setKey(wrap(record.key()))
            .setHeaders(headers(record))
            .setOrigin(record.origin())
            .setArrivedAt(record.arrivedAt())
            .setAttempts(tried.attempts())
            .setReason(tried.reason())
            .setDetail(tried.detail())
            .setFirstTriedAt(tried.firstTriedAt())
            .setDueAt(dueAt)
            .build();
    return record(topics.waitingLinks(), host, waiting);
  }

  /**
   * Whether a record lets a link of this data set wait. The name of another topic is not written
   * on: it may be as long as a record.
   */
  boolean isOfOurLinks(WaitingLink waiting) {
    return waiting.getOrigin().getTopic().equals(topics.links().name());
  }

  /**
   * The link in a record that lets it wait; attempts that cannot be are taken for none, or many.
   */
  static TriedLink tried(WaitingLink waiting) {
    RecordHeaders headers = new RecordHeaders();
    for (Header header : waiting.getHeaders()) {
      headers.add(header.getKey(), Utils.toNullableArray(header.getValue()));
    }
    return new TriedLink(
        new LinkRecord(
            Utils.toNullableArray(waiting.getKey()),
            Utils.toArray(waiting.getValue()),
            headers,
            waiting.getOrigin(),
            waiting.getArrivedAt()),
        Math.max(0, Math.min(MOST_ATTEMPTS, waiting.getAttempts())),
        waiting.getReason(),
        waiting.getDetail(),
        waiting.getFirstTriedAt());
  }

  private Upload.Builder upload(TriedLink tried, PairLink link, String standing) {
    LinkRecord record = tried.record();
    return Upload.newBuilder()
        .setId(PairIdentity.linkId(link.getUrl(), link.getCaption()))
        .setKind(KIND)
        .setStanding(standing)
        .setProducer(LinkHeaders.text(record.headers(), LinkHeaders.PRODUCER))
        .setBatchId(LinkHeaders.text(record.headers(), LinkHeaders.BATCH_ID))
        .setUrl(link.getUrl())
        .setReason(standing.equals("FETCHED") ? "" : tried.reason())
        .setDetail(standing.equals("FETCHED") ? "" : tried.detail())
        .setOrigin(record.origin())
        .setReceivedAt(receivedAt(link, record))
        .setChangedAt(clock.instant());
  }

  private ProducerRecord<byte[], byte[]> told(Upload upload) {
    return record(topics.uploads(), upload.getId(), upload);
  }

  private static Map<String, String> annotations(PairLink link, Origin origin, Fetched fetched) {
    Map<String, String> annotations = new HashMap<>(link.getAnnotations());
    annotations.put("fetch.final_url", fetched.finalUrl());
    annotations.put("fetch.at", fetched.fetchedAt().toString());
    annotations.put("fetch.content_type", fetched.contentType());
    annotations.put("fetch.status", Integer.toString(fetched.status()));
    annotations.put("fetch.redirects", Integer.toString(fetched.redirects()));
    annotations.put("fetch.address", fetched.address());
    if (!fetched.certificateDigest().isEmpty()) {
      annotations.put("fetch.certificate_sha256", fetched.certificateDigest());
    }
    annotations.put("fetch.link", OriginHeader.text(origin));
    return annotations;
  }

  /** A link of a producer that does not say when it was received arrived when Kafka says. */
  private static Instant receivedAt(PairLink link, LinkRecord record) {
    return link.getReceivedAt().equals(Instant.EPOCH) ? record.arrivedAt() : link.getReceivedAt();
  }

  private static List<Header> headers(LinkRecord record) {
    List<Header> headers = new ArrayList<>();
    record.headers().forEach(header -> headers.add(new Header(header.key(), wrap(header.value()))));
    return headers;
  }

  private static <T> ProducerRecord<byte[], byte[]> record(
      Topic<String, T> topic, String key, T value) {
    return new ProducerRecord<>(
        topic.name(),
        key.getBytes(StandardCharsets.UTF_8),
        topic.value().serializer().serialize(topic.name(), value));
  }

  private static ByteBuffer wrap(byte[] bytes) {
    return bytes == null ? null : ByteBuffer.wrap(bytes);
  }
}

package io.pairstream.operations.review;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.operations.quarantine.QuarantineEntry;
import io.pairstream.operations.sentence.Template;
import io.pairstream.schemas.Header;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.Review;
import io.pairstream.schemas.Sha256;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.topics.RecordSizes;
import io.pairstream.schemas.topics.Topic;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.schemas.wire.Replay;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.utils.Utils;

/**
 * A decision about one entry, as the records that say and do it.
 *
 * @param review the decision
 * @param raw the record that comes again; empty where none does
 */
record Judgement(Review review, Optional<ProducerRecord<byte[], byte[]>> raw) {

  /** Headers of ours begin so; what they said held for the first coming alone. */
  private static final String OURS = "pairstream.";

  /** Kafka's own bytes of a batch with one record without headers, rounded up. */
  private static final int RECORD_OVERHEAD_BYTES = 100;

  /** The lengths that stand before a header's name and its value, at most. */
  private static final int HEADER_OVERHEAD_BYTES = 16;

  /**
   * What a verdict means for an entry.
   *
   * @param known of the entry; its receipt names it
   * @param run see {@link Review}
   * @throws UndecidableException where it makes no sense
   * @throws SerializationException where the registry does not answer
   */
  static Judgement of(
      PairTopics topics,
      QuarantineEntry entry,
      Verdict verdict,
      Known known,
      String run,
      Instant now)
      throws UndecidableException {
    QuarantinedPair pair = entry.pair();
    Receipt receipt = known.receipt(entry.key()).orElseThrow();
    String reviewId = reviewId(verdict, pair.getOrigin(), known);
    Review.Builder review =
        Review.newBuilder()
            .setReviewId(reviewId)
            .setPairId(pair.getPairId())
            .setImageDigest(pair.getImageDigest())
            .setOrigin(pair.getOrigin())
            .setReason(pair.getReason())
            .setDecision(verdict.decision().name())
            .setCaption(verdict.caption())
            .setReviewer(verdict.actor().name())
            .setComment(verdict.comment())
            .setRun(run)
            .setReviewedAt(now.truncatedTo(ChronoUnit.MILLIS));
    if (!verdict.decision().sends()) {
      return new Judgement(review.build(), Optional.empty());
    }
    Topic<String, RawPair> topic = rawTopic(topics, pair);
    if (pair.getValue() == null) {
      throw new UndecidableException(Template.BYTES_NOT_KEPT.with());
    }
    List<String> waived =
        waived(
            pair,
            verdict.decision(),
            known
                .sender(receipt)
                .filter(before -> before.getSentPairId().equals(receipt.getPairId()))
                .map(Review::getWaived)
                .orElse(List.of()));
    byte[] value = Utils.toArray(pair.getValue());
    String sentPairId = pair.getPairId();
    if (verdict.decision() == Decision.RECAPTIONED) {
      RawPair recaptioned = recaptioned(topic, value, verdict.caption());
      value = topic.value().serializer().serialize(topic.name(), recaptioned);
      sentPairId = PairIdentity.pairId(pair.getImageDigest(), verdict.caption());
    }
    review.setWaived(waived).setSentPairId(sentPairId);
    ProducerRecord<byte[], byte[]> raw = new ProducerRecord<>(topic.name(), null, key(pair), value);
    for (Header header : pair.getHeaders()) {
      if (!header.getKey().startsWith(OURS)) {
        raw.headers().add(header.getKey(), Utils.toNullableArray(header.getValue()));
      }
    }
    new Replay(pair.getOrigin(), reviewId, waived).write(raw.headers());
    if (size(raw) > RecordSizes.MAX_RAW_RECORD) {
      throw new UndecidableException(Template.TOO_LARGE.with());
    }
    return new Judgement(review.build(), Optional.of(raw));
  }

  /**
   * Follows from entry and decision: whoever decides the same a second time, on whatever machine,
   * comes to the same name. An entry that is sent once more has a new one.
   *
   * @see <a href="https://www.rfc-editor.org/rfc/rfc9562#section-5.8">RFC 9562, version 8</a>
   */
  private static String reviewId(Verdict verdict, Origin entry, Known known) {
    if (verdict.decision().sends() && known.sent(entry).isPresent()) {
      return UUID.randomUUID().toString();
    }
    String what =
        "pairstream review "
            + verdict.decision()
            + ' '
            + OriginHeader.text(entry)
            + verdict.caption();
    ByteBuffer hash = ByteBuffer.wrap(Sha256.of(what));
    long most = (hash.getLong() & ~0xF000L) | 0x8000L;
    long least = (hash.getLong() & 0x3FFFFFFFFFFFFFFFL) | 0x8000000000000000L;
    return new UUID(most, least).toString();
  }

  private static Topic<String, RawPair> rawTopic(PairTopics topics, QuarantinedPair pair)
      throws UndecidableException {
    return Stream.of(topics.crowdsourced(), topics.scraped())
        .filter(topic -> topic.name().equals(pair.getOrigin().getTopic()))
        .findFirst()
        .orElseThrow(() -> new UndecidableException(Template.IS_A_LINK.with()));
  }

  private static List<String> waived(
      QuarantinedPair pair, Decision decision, Collection<String> before)
      throws UndecidableException {
    TreeSet<String> waived = new TreeSet<>(before);
    boolean isWaivable =
        RejectReason.named(pair.getReason()).filter(RejectReason::isWaivable).isPresent();
    if (decision.waives() && isWaivable) {
      waived.add(pair.getReason());
    } else if (decision == Decision.ACCEPTED) {
      throw new UndecidableException(Template.NOT_WAIVED.with(pair.getReason()));
    }
    return List.copyOf(waived);
  }

  private static RawPair recaptioned(Topic<String, RawPair> topic, byte[] value, String caption)
      throws UndecidableException {
    RawPair pair;
    try {
      pair = topic.value().deserializer().deserialize(topic.name(), value);
    } catch (SerializationException e) {
      throw new UndecidableException(Template.NO_PAIR.with());
    }
    if (pair.getCaption().equals(caption)) {
      throw new UndecidableException(Template.SAME_CAPTION.with());
    }
    pair.setCaption(caption);
    return pair;
  }

  /** Its image's digest; as it came where that is not known. */
  private static byte[] key(QuarantinedPair pair) {
    if (!pair.getImageDigest().isEmpty()) {
      return pair.getImageDigest().getBytes(StandardCharsets.US_ASCII);
    }
    return Utils.toNullableArray(pair.getKey());
  }

  private static long size(ProducerRecord<byte[], byte[]> record) {
    long size = (long) length(record.key()) + length(record.value()) + RECORD_OVERHEAD_BYTES;
    for (org.apache.kafka.common.header.Header header : record.headers()) {
      size += HEADER_OVERHEAD_BYTES + Utils.utf8Length(header.key()) + length(header.value());
    }
    return size;
  }

  private static int length(byte[] bytes) {
    return bytes == null ? 0 : bytes.length;
  }
}

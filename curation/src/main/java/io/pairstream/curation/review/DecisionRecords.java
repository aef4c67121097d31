package io.pairstream.curation.review;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.curation.review.ReviewDecision.Decision;
import io.pairstream.curation.sentence.Sentence;
import io.pairstream.curation.sentence.Template;
import io.pairstream.schemas.Header;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Review;
import io.pairstream.schemas.topics.RecordSizes;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.schemas.wire.PairTopics;
import io.pairstream.schemas.wire.Replay;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.utils.Utils;

/**
 * A decision about one entry, as the records that say and do it.
 *
 * @param review the decision
 * @param sent the record that comes again; empty where none does
 */
record DecisionRecords(Review review, Optional<ProducerRecord<byte[], byte[]>> sent) {

  /** Headers of ours begin so; what they said of a pair held for its first coming alone. */
  private static final String OURS = "pairstream.";

  /** Kafka's own bytes of a batch with one record without headers, rounded up. */
  private static final int RECORD_OVERHEAD_BYTES = 100;

  /** The lengths that stand before a header's name and its value, at most. */
  private static final int HEADER_OVERHEAD_BYTES = 16;

  /** A decision that makes no sense for this entry; the message says why, and what would. */
  static final class Undecidable extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient Sentence sentence;

    Undecidable(Sentence sentence) {
      super(sentence.text());
      this.sentence = sentence;
    }

    Sentence sentence() {
      return sentence;
    }
  }

  /**
   * Records that carry out a decision about an entry.
   *
   * @param known facts about the entry; its receipt names it
   * @param run see {@link Review}
   * @throws Undecidable where it makes no sense
   * @throws org.apache.kafka.common.errors.SerializationException where the registry does not
   *     answer
   */
  static DecisionRecords of(
      PairTopics topics,
      QuarantineEntry entry,
      ReviewDecision decided,
      Known known,
      String run,
      Instant now)
      throws Undecidable {
    QuarantinedPair pair = entry.pair();
    Origin origin = pair.getOrigin();
    String reviewId = reviewId(decided, origin, known);
    Review.Builder review =
        Review.newBuilder()
            .setReviewId(reviewId)
            .setPairId(pair.getPairId())
            .setImageDigest(pair.getImageDigest())
            .setOrigin(origin)
            .setReason(pair.getReason())
            .setDecision(decided.decision().name())
            .setCaption(decided.caption())
            .setReviewer(decided.actor().name())
            .setComment(decided.comment())
            .setRun(run)
            .setReviewedAt(now.truncatedTo(ChronoUnit.MILLIS));
    if (!decided.decision().sends()) {
      return new DecisionRecords(review.build(), Optional.empty());
    }
    boolean isPair = topics.rawNames().contains(origin.getTopic());
    boolean isLink = origin.getTopic().equals(topics.links().name());
    if (!isPair && !(isLink && decided.decision() == Decision.REPLAYED)) {
      throw new Undecidable(Template.IS_A_LINK.with());
    } else if (pair.getValue() == null) {
      throw new Undecidable(Template.BYTES_NOT_KEPT.with());
    }
    List<String> waived = waived(pair, decided.decision(), known.waivedBefore(entry.key()));
    byte[] value = Utils.toArray(pair.getValue());
    String sentPairId = pair.getPairId();
    if (decided.decision() == Decision.RECAPTIONED) {
      value = recaptioned(topics, origin.getTopic(), value, decided.caption());
      sentPairId = PairIdentity.pairId(pair.getImageDigest(), decided.caption());
    }
    review.setWaived(waived).setSentPairId(sentPairId);
    ProducerRecord<byte[], byte[]> sent =
        new ProducerRecord<>(origin.getTopic(), null, key(pair), value);
    for (Header header : pair.getHeaders()) {
      if (isLink || !header.getKey().startsWith(OURS)) {
        sent.headers().add(header.getKey(), Utils.toNullableArray(header.getValue()));
      }
    }
    if (isLink) {
      OriginHeader.write(sent.headers(), origin);
    } else {
      new Replay(origin, reviewId, waived).write(sent.headers());
    }
    if (size(sent) > RecordSizes.MAX_RAW_RECORD) {
      throw new Undecidable(Template.TOO_LARGE.with());
    }
    return new DecisionRecords(review.build(), Optional.of(sent));
  }

  /**
   * Follows from entry and decision: the same decision, made a second time on any machine, has the
   * same name. An entry that is sent once more has a new one.
   */
  private static String reviewId(ReviewDecision decided, Origin entry, Known known) {
    if (decided.decision().sends() && known.sent(entry).isPresent()) {
      return UUID.randomUUID().toString();
    }
    String what = decided.decision() + " " + OriginHeader.text(entry) + decided.caption();
    return UUID.nameUUIDFromBytes(what.getBytes(StandardCharsets.UTF_8)).toString();
  }

  private static List<String> waived(QuarantinedPair pair, Decision decision, List<String> before)
      throws Undecidable {
    TreeSet<String> waived = new TreeSet<>(before);
    if (decision.waives() && isWaivable(pair)) {
      waived.add(pair.getReason());
    } else if (decision == Decision.ACCEPTED) {
      throw new Undecidable(Template.NOT_WAIVED.with(pair.getReason()));
    }
    return List.copyOf(waived);
  }

  static boolean isWaivable(QuarantinedPair pair) {
    return RejectReason.named(pair.getReason()).filter(RejectReason::isWaivable).isPresent();
  }

  private static byte[] recaptioned(PairTopics topics, String name, byte[] value, String caption)
      throws Undecidable {
    RawPair pair =
        topics
            .crowdsourced()
            .decode(value)
            .orElseThrow(() -> new Undecidable(Template.NO_PAIR.with()));
    if (pair.getCaption().equals(caption)) {
      throw new Undecidable(Template.SAME_CAPTION.with());
    }
    pair.setCaption(caption);
    return topics.crowdsourced().value().serializer().serialize(name, pair);
  }

  /** The image's digest; the original record's key where that is not known. */
  private static byte[] key(QuarantinedPair pair) {
    return pair.getImageDigest().isEmpty()
        ? Utils.toNullableArray(pair.getKey())
        : pair.getImageDigest().getBytes(StandardCharsets.US_ASCII);
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

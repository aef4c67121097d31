package io.pairstream.curation.history;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.curation.review.QuarantineEntry;
import io.pairstream.curation.takedown.TakedownEvent;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.ReceivedAt;
import io.pairstream.schemas.Review;
import io.pairstream.schemas.Takedown;
import io.pairstream.schemas.Upload;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Outcome of one pair or link.
 *
 * @param id the id that was asked for: a pair id, a link id or coordinates
 * @param kind whether a pair or a link was asked for: {@link #PAIR} or {@link #LINK}
 * @param pairId empty where the record could not be read, or the image of a link is not fetched
 * @param status as in the receipt; where there is none yet, as in the upload; {@link #RECEIVED}
 *     where there is neither
 * @param receipt the pair's last receipt; empty while it waits
 * @param upload state by an ingest API or the fetcher; empty where neither has one, or the receipt
 *     was found without
 * @param quarantined the entry in quarantine that belongs to the asked coordinates, or else to the
 *     receipt or the link; empty where there is none
 * @param copied id of the published pair whose picture it nearly copies; empty where it copies
 *     none, or that one is withdrawn
 * @param takedown by which the pair, or the record that was asked for, is withdrawn
 * @param events who withdrew it and who lifted that, oldest first
 * @param reviews decisions about the entry in quarantine, oldest first
 * @param answers what models say of it while it is published, by card and name
 * @param admission by which review the pair was let in; empty where the rules alone did
 * @param origin coordinates of the raw record or link that was asked for, or that decided
 * @param receivedAt as the producer or an ingest API said, or else when Kafka took it; empty where
 *     it is no longer known
 */
public record PairAnswer(
    String id,
    String kind,
    String pairId,
    String status,
    Optional<Receipt> receipt,
    Optional<Upload> upload,
    Optional<QuarantineEntry> quarantined,
    String copied,
    Optional<Takedown> takedown,
    List<TakedownEvent> events,
    List<Review> reviews,
    List<AnswerNote> answers,
    Optional<Admission> admission,
    Origin origin,
    Optional<Instant> receivedAt) {

  /**
   * A pair's claim that a review accepted it.
   *
   * @param reviewId the review that the pair names
   * @param review the review itself; empty where there is none: no person accepted the pair
   * @param waived reasons that did not count against it: as its raw record claims, or, where that
   *     is kept no longer, as the review says
   */
  public record Admission(String reviewId, Optional<Review> review, List<String> waived) {}

  /** Whose API key it was sent with; empty where none was. */
  @JsonProperty
  public String producer() {
    return receipt
        .map(Receipt::getProducer)
        .filter(name -> !name.isEmpty())
        .or(() -> quarantined.map(entry -> entry.pair().getProducer()))
        .filter(name -> !name.isEmpty())
        .or(() -> upload.map(Upload::getProducer))
        .orElse("");
  }

  public static final String PAIR = "PAIR";
  public static final String LINK = "LINK";

  /** The record is there; nothing was decided yet. */
  public static final String RECEIVED = "RECEIVED";

  /** Nothing is known of it. */
  public static final String UNKNOWN = "UNKNOWN";

  /** A link that is in quarantine, and of which nothing else is known. */
  static final String FETCH_FAILED = "FETCH_FAILED";

  /** Why the record that was asked for was rejected, or waits; empty where it did not. */
  @JsonProperty
  public String reason() {
    return quarantined
        .map(entry -> entry.pair().getReason())
        .or(() -> receipt.map(Receipt::getReason))
        .or(() -> upload.map(Upload::getReason))
        .orElse("");
  }

  /**
   * Advice for the producer on a rejection; empty where there is nothing to do, or this version
   * does not know the reason.
   */
  @JsonProperty
  public Optional<String> remedy() {
    return RejectReason.named(reason()).map(RejectReason::remedy);
  }

  /** When it was decided; empty where that is not known. */
  @JsonProperty
  public Optional<Instant> decidedAt() {
    return receipt
        .flatMap(decision -> ReceivedAt.said(decision.getDecidedAt()))
        .or(() -> quarantined.map(QuarantineEntry::arrivedAt));
  }

  /** The reason in a sentence; empty where there is none. */
  @JsonProperty
  public String detail() {
    return quarantined
        .map(entry -> entry.pair().getDetail())
        .or(() -> receipt.map(Receipt::getDetail))
        .or(() -> upload.map(Upload::getDetail))
        .orElse("");
  }
}

package io.pairstream.operate.catalogue;

import com.fasterxml.jackson.annotation.JsonIncludeProperties;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.Receipt;
import java.time.Instant;

/**
 * A pair's receipt, as far as its rows do not say the same.
 *
 * @param status TRAINING, VALIDATION, TEST, QUARANTINED or WITHDRAWN
 * @param producer whose API key the deciding record was sent with; empty where none was
 * @param copies how many times the pair was received, the first included
 * @param reviewId the review that sent the deciding record again; empty where none did
 * @param origin coordinates of the raw record that decided
 * @param arrivedAt when Kafka took that record
 * @param decidedAt when the service decided, by its own clock
 */
public record ReceiptNote(
    String status,
    String reason,
    String detail,
    String imageDigest,
    String producer,
    long copies,
    String reviewId,
    @JsonIncludeProperties({"topic", "partition", "offset"}) Origin origin,
    Instant receivedAt,
    Instant arrivedAt,
    Instant decidedAt) {

  private static final int LONGEST_DETAIL = 2_000;

  static ReceiptNote of(Receipt receipt) {
    return new ReceiptNote(
        receipt.getStatus(),
        receipt.getReason(),
        PairRow.cut(receipt.getDetail(), LONGEST_DETAIL),
        receipt.getImageDigest(),
        PairRow.cut(receipt.getProducer(), PairRow.LONGEST_NAME),
        receipt.getCopies(),
        receipt.getReviewId(),
        receipt.getOrigin(),
        receipt.getReceivedAt(),
        receipt.getArrivedAt(),
        receipt.getDecidedAt());
  }
}

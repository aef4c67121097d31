package io.pairstream.operations.catalogue;

import io.pairstream.schemas.Origin;
import io.pairstream.schemas.Receipt;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;

/**
 * A pair's receipt, as far as its rows do not say the same.
 *
 * @param standing TRAINING, VALIDATION, TEST, QUARANTINED or WITHDRAWN
 * @param copies how many times the pair was received, the first included
 * @param reviewId the review that sent the deciding record again; empty where none did
 * @param origin coordinates of the raw record that decided
 */
public record ReceiptNote(
    String standing,
    String reason,
    String detail,
    String imageDigest,
    long copies,
    String reviewId,
    Origin origin,
    Instant receivedAt,
    Instant decidedAt) {

  private static final int LONGEST_DETAIL = 2_000;

  static ReceiptNote of(Receipt receipt) {
    return new ReceiptNote(
        receipt.getStanding(),
        receipt.getReason(),
        PairRow.cut(receipt.getDetail(), LONGEST_DETAIL),
        receipt.getImageDigest(),
        receipt.getCopies(),
        receipt.getReviewId(),
        receipt.getOrigin(),
        receipt.getReceivedAt(),
        receipt.getDecidedAt());
  }

  /** Reads a row of the table of receipts. */
  static ReceiptNote of(ResultSet row) throws SQLException {
    return new ReceiptNote(
        row.getString("standing"),
        row.getString("reason"),
        row.getString("detail"),
        row.getString("image_digest"),
        row.getLong("copies"),
        row.getString("review_id"),
        new Origin(
            row.getString("origin_topic"),
            row.getInt("origin_partition"),
            row.getLong("origin_offset")),
        Instant.ofEpochMilli(row.getLong("received_at")),
        Instant.ofEpochMilli(row.getLong("decided_at")));
  }
}

package io.pairstream.operate.catalogue;

import com.fasterxml.jackson.annotation.JsonIncludeProperties;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.Receipt;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

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

  /** Columns of the table of receipts behind key and position, in the order of {@link #columns}. */
  static final String COLUMNS =
      "status TEXT, reason TEXT, detail TEXT, image_digest, producer TEXT, copies INTEGER,"
          + " review_id TEXT, raw_topic TEXT, raw_partition INTEGER, raw_offset INTEGER,"
          + " received_at INTEGER, arrived_at INTEGER, decided_at INTEGER";

  /** Values of {@link #COLUMNS}. */
  List<Object> columns() {
    return List.of(
        status,
        reason,
        detail,
        HexBytes.of(imageDigest),
        producer,
        copies,
        reviewId,
        origin.getTopic(),
        origin.getPartition(),
        origin.getOffset(),
        receivedAt.toEpochMilli(),
        arrivedAt.toEpochMilli(),
        decidedAt.toEpochMilli());
  }

  /** Reads {@link #COLUMNS}. */
  static ReceiptNote read(ResultSet row) throws SQLException {
    return new ReceiptNote(
        row.getString("status"),
        row.getString("reason"),
        row.getString("detail"),
        HexBytes.text(row, "image_digest"),
        row.getString("producer"),
        row.getLong("copies"),
        row.getString("review_id"),
        new Origin(
            row.getString("raw_topic"), row.getInt("raw_partition"), row.getLong("raw_offset")),
        Instant.ofEpochMilli(row.getLong("received_at")),
        Instant.ofEpochMilli(row.getLong("arrived_at")),
        Instant.ofEpochMilli(row.getLong("decided_at")));
  }
}

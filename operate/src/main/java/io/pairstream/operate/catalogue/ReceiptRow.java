package io.pairstream.operate.catalogue;

import io.pairstream.schemas.Origin;
import io.pairstream.schemas.Receipt;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

/** A pair's receipt in a table, as far as the pair's own rows do not say the same. */
final class ReceiptRow {

  private static final int LONGEST_DETAIL = 2_000;

  /** Columns of the table of receipts behind key and position, in the order of {@link #columns}. */
  static final String COLUMNS =
      "status TEXT, reason TEXT, detail TEXT, image_digest, producer TEXT, copies INTEGER,"
          + " review_id TEXT, raw_topic TEXT, raw_partition INTEGER, raw_offset INTEGER,"
          + " received_at INTEGER, arrived_at INTEGER, decided_at INTEGER";

  private ReceiptRow() {}

  /** Values of {@link #COLUMNS}. */
  static List<Object> columns(Receipt receipt) {
    return List.of(
        receipt.getStatus(),
        receipt.getReason(),
        PairRow.cut(receipt.getDetail(), LONGEST_DETAIL),
        HexBytes.of(receipt.getImageDigest()),
        PairRow.cut(receipt.getProducer(), PairRow.LONGEST_NAME),
        receipt.getCopies(),
        receipt.getReviewId(),
        receipt.getOrigin().getTopic(),
        receipt.getOrigin().getPartition(),
        receipt.getOrigin().getOffset(),
        receipt.getReceivedAt().toEpochMilli(),
        receipt.getArrivedAt().toEpochMilli(),
        receipt.getDecidedAt().toEpochMilli());
  }

  /** Reads {@link #COLUMNS}. */
  static Receipt read(ResultSet row) throws SQLException {
    return Receipt.newBuilder()
        .setStatus(row.getString("status"))
        .setReason(row.getString("reason"))
        .setDetail(row.getString("detail"))
        .setImageDigest(HexBytes.text(row, "image_digest"))
        .setProducer(row.getString("producer"))
        .setCopies(row.getLong("copies"))
        .setReviewId(row.getString("review_id"))
        .setOrigin(
            new Origin(
                row.getString("raw_topic"), row.getInt("raw_partition"), row.getLong("raw_offset")))
        .setReceivedAt(Instant.ofEpochMilli(row.getLong("received_at")))
        .setArrivedAt(Instant.ofEpochMilli(row.getLong("arrived_at")))
        .setDecidedAt(Instant.ofEpochMilli(row.getLong("decided_at")))
        .build();
  }
}

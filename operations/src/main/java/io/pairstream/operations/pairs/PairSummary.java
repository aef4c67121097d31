package io.pairstream.operations.pairs;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.pairstream.operations.catalogue.FoundPair;
import io.pairstream.operations.catalogue.PairRow;
import io.pairstream.operations.catalogue.ReceiptNote;
import io.pairstream.schemas.Origin;
import java.time.Instant;

/**
 * A pair as a list shows it.
 *
 * @param picture address of its picture; null where there is none
 * @param blurred whether the picture is shown only to whoever asks for it
 */
record PairSummary(@JsonUnwrapped Line line, String picture, boolean blurred) {

  /** A pair as an export has it; times are those of 1970 where nobody knows. */
  record Line(
      String id,
      String standing,
      String reason,
      String detail,
      String measured,
      String limit,
      String caption,
      String language,
      String sourceKind,
      String contributor,
      String url,
      String licence,
      At origin,
      Instant receivedAt,
      Instant decidedAt) {}

  /** Coordinates of a record. */
  record At(String topic, int partition, long offset) {}

  static PairSummary of(FoundPair pair) {
    PairRow row = pair.row();
    return new PairSummary(
        new Line(
            pair.id(),
            row.standing(),
            row.reason(),
            row.detail(),
            row.measured(),
            row.limit(),
            row.caption(),
            row.language(),
            row.sourceKind(),
            row.contributor(),
            row.url(),
            row.licence(),
            at(row.origin()),
            row.receivedAt(),
            row.place().at()),
        row.hasPicture() ? address(StoredPairs.at(row.place())) : null,
        row.isQuarantined());
  }

  /** A pair of which only the receipt is left, or came yet. */
  static PairSummary of(String id, String standing, ReceiptNote receipt) {
    return new PairSummary(
        new Line(
            id,
            standing,
            receipt.reason(),
            receipt.detail(),
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            at(receipt.origin()),
            receipt.receivedAt(),
            receipt.decidedAt()),
        null,
        false);
  }

  private static At at(Origin origin) {
    return new At(origin.getTopic(), origin.getPartition(), origin.getOffset());
  }

  /** Where the picture of a record is. */
  static String address(Origin at) {
    return "/v1/pictures/" + at.getTopic() + "/" + at.getPartition() + "/" + at.getOffset();
  }
}

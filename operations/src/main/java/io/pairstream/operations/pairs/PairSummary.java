package io.pairstream.operations.pairs;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.pairstream.operations.catalogue.FoundPair;
import io.pairstream.operations.catalogue.PairRow;
import io.pairstream.schemas.Origin;
import java.time.Instant;

/**
 * A pair as a list shows it.
 *
 * @param picture address of its picture; null where there is none
 * @param blurred whether the picture is shown only to whoever asks for it
 */
record PairSummary(
    String id,
    @JsonUnwrapped @JsonIgnoreProperties({"pair_id", "place", "has_picture"}) PairRow row,
    Instant decidedAt,
    String picture,
    boolean blurred) {

  static PairSummary of(FoundPair pair) {
    PairRow row = pair.row();
    return new PairSummary(
        pair.id(),
        row,
        row.place().at(),
        row.hasPicture() ? address(StoredPairs.at(row.place())) : null,
        row.isQuarantined());
  }

  /** Where the picture of a record is. */
  static String address(Origin at) {
    return "/v1/pictures/" + at.getTopic() + "/" + at.getPartition() + "/" + at.getOffset();
  }
}

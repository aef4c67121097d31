package io.pairstream.schemas.wire;

import io.pairstream.schemas.Origin;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.kafka.common.header.Headers;

/**
 * Claim in a raw record's headers that it was in quarantine and was sent again.
 *
 * <p>Any writer of a raw topic can make this claim. The topology trusts it; the audit compares it
 * with the reviews.
 *
 * @param of coordinates of the raw record that was rejected
 * @param reviewId names the decision to send it again: a UUID in lower case
 * @param waived reasons that do not count against it, by name
 */
public record Replay(Origin of, String reviewId, List<String> waived) {

  /** Coordinates of the record that was rejected: {@code topic-partition-offset}. */
  public static final String OF = "pairstream.replay-of";

  /** The review's id. */
  public static final String REVIEW = "pairstream.review";

  /** Names of reasons with commas between; not there where none is waived. */
  public static final String WAIVED = "pairstream.waived";

  /** Longest list of waived reasons, in chars; all reasons together are far shorter. */
  private static final int MAX_WAIVED = 4096;

  private static final Pattern REVIEW_ID =
      Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");

  private static final Pattern REASON = Pattern.compile("[A-Z][A-Z0-9_]*");

  /** Reads the headers; empty where coordinates or review are missing or malformed. */
  public static Optional<Replay> read(Headers headers) {
    String reviewId = OriginHeader.text(headers, REVIEW);
    if (!REVIEW_ID.matcher(reviewId).matches()) {
      return Optional.empty();
    }
    return OriginHeader.read(headers, OF)
        .map(origin -> new Replay(origin, reviewId, reasons(OriginHeader.text(headers, WAIVED))));
  }

  /** Sets the headers, in place of any that the record carries. */
  public void write(Headers headers) {
    OriginHeader.write(headers, OF, OriginHeader.text(of));
    OriginHeader.write(headers, REVIEW, reviewId);
    headers.remove(WAIVED);
    if (!waived.isEmpty()) {
      OriginHeader.write(headers, WAIVED, String.join(",", waived));
    }
  }

  private static List<String> reasons(String text) {
    return Arrays.stream(text.length() > MAX_WAIVED ? new String[0] : text.split(",", -1))
        .map(String::strip)
        .filter(name -> REASON.matcher(name).matches())
        .toList();
  }
}

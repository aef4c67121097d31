package io.pairstream.preprocess.topology;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.schemas.FieldRule;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.SourceKind;
import io.pairstream.schemas.wire.OneLine;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a producer says about a pair besides image and caption, and what an output carries on
 * unchanged.
 */
final class Provenance {

  /** What most languages can hold as a date. */
  private static final Instant LAST_TIME = Instant.parse("9999-12-31T23:59:59Z");

  private Provenance() {}

  /** Rejects {@code FIELD_INVALID}. */
  static Outcome<RawPair> check(RawPair pair) {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("url", pair.getUrl());
    fields.put("contributor", pair.getContributor());
    fields.put("licence", pair.getLicence());
    for (Map.Entry<String, String> field : fields.entrySet()) {
      int bytes = FieldRule.utf8Bytes(field.getValue());
      if (bytes > FieldRule.MAX_BYTES) {
        return Outcome.rejected(
            RejectReason.FIELD_INVALID,
            "the field " + field.getKey() + " is too long",
            bytes + " bytes",
            FieldRule.MAX_BYTES + " bytes");
      }
      if (!FieldRule.isPlain(field.getValue())) {
        return Outcome.rejected(
            RejectReason.FIELD_INVALID,
            "the field "
                + field.getKey()
                + " holds control characters, or bytes that are not UTF-8");
      }
    }
    if (Arrays.stream(SourceKind.values())
        .noneMatch(kind -> kind.name().equals(pair.getSourceKind()))) {
      return Outcome.rejected(
          RejectReason.FIELD_INVALID,
          "the field source_kind is '%s', not one of %s"
              .formatted(OneLine.of(pair.getSourceKind()), Arrays.toString(SourceKind.values())));
    }
    if (!isTime(pair.getReceivedAt())) {
      return Outcome.rejected(
          RejectReason.FIELD_INVALID, "the field received_at lies outside the years 1970 to 9999");
    }
    return Outcome.kept(pair);
  }

  /** Whether a time can be passed on to readers in any language. */
  static boolean isTime(Instant time) {
    return !time.isBefore(Instant.EPOCH) && !time.isAfter(LAST_TIME);
  }
}

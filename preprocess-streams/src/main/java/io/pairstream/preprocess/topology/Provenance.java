package io.pairstream.preprocess.topology;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.SourceKind;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a producer says about a pair besides image and caption, and what an output carries on
 * unchanged.
 */
final class Provenance {

  /**
   * A URL of a browser's length fits; an output must not outgrow its topic by what is said about
   * it.
   */
  private static final int MAX_FIELD_BYTES = 8 * 1024;

  private Provenance() {}

  /** Rejects {@code FIELD_INVALID}. */
  static Outcome<RawPair> check(RawPair pair) {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("url", pair.getUrl());
    fields.put("contributor", pair.getContributor());
    fields.put("licence", pair.getLicence());
    for (Map.Entry<String, String> field : fields.entrySet()) {
      int bytes = field.getValue().getBytes(StandardCharsets.UTF_8).length;
      if (bytes > MAX_FIELD_BYTES) {
        return Outcome.rejected(
            RejectReason.FIELD_INVALID,
            "the field " + field.getKey() + " is too long",
            bytes + " bytes",
            MAX_FIELD_BYTES + " bytes");
      }
    }
    if (Arrays.stream(SourceKind.values())
        .noneMatch(kind -> kind.name().equals(pair.getSourceKind()))) {
      return Outcome.rejected(
          RejectReason.FIELD_INVALID,
          "the field source_kind is '"
              + OneLine.of(pair.getSourceKind())
              + "', not one of "
              + Arrays.toString(SourceKind.values()));
    }
    return Outcome.kept(pair);
  }
}

package io.pairstream.operate.profile;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.SourceKind;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.service.http.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/**
 * Values that one record counts for. Kept as JSON, so that they can be taken out again.
 *
 * @param sourceKind one of {@link SourceKind}, or {@link #UNKNOWN}
 * @param contributor who sent the pair; {@link #NONE} where it does not say
 * @param values pairs of a dimension and a value that it counts for
 * @param outcome the record's outcome for its contributor: {@link #ACCEPTED}, or the reason of its
 *     rejection; empty where it has none
 * @param at when the record was judged, in milliseconds
 * @param origin coordinates of the raw record
 */
record Facts(
    PairStatus status,
    String sourceKind,
    String contributor,
    List<List<String>> values,
    String outcome,
    long at,
    String origin) {

  /** Stands for an empty text. */
  static final String NONE = "(none)";

  /** Where a record does not say its kind of source, or cannot be read. */
  static final String UNKNOWN = "UNKNOWN";

  static final String ACCEPTED = "ACCEPTED";
  static final String COPY = "COPY";
  static final int MOST_WORDS = 60;

  private static final List<String> ONE_PAIR = List.of("pairs", "");

  /** Facts of a withdrawn pair, which counts as one pair and for nothing else. */
  static final Facts WITHDRAWN =
      new Facts(PairStatus.WITHDRAWN, UNKNOWN, NONE, List.of(ONE_PAIR), "", 0, "");

  private static final int LONGEST_VALUE = 120;
  private static final double SQUARE_FROM = 0.95;
  private static final double SQUARE_TO = 1.05;

  /**
   * Facts of an accepted pair.
   *
   * @param status the split whose topic it lies on
   * @param words content words of its caption
   */
  static Facts of(PreparedPair pair, PairStatus status, Collection<String> words) {
    List<List<String>> values = new ArrayList<>();
    values.add(ONE_PAIR);
    values.add(List.of("licence", value(pair.getLicence())));
    values.add(List.of("language", value(pair.getLanguage())));
    values.add(List.of("media_type", value(pair.getMediaType())));
    values.add(List.of("fold", String.valueOf(pair.getFold())));
    values.add(List.of("recipe_version", value(pair.getRecipeVersion())));
    ProfiledMeasure.ASPECT
        .of(pair)
        .ifPresent(aspect -> values.add(List.of("orientation", orientation(aspect))));
    for (ProfiledMeasure measure : ProfiledMeasure.values()) {
      measure
          .of(pair)
          .ifPresent(
              value -> values.add(List.of(measure.label(), String.valueOf(measure.bin(value)))));
    }
    words.forEach(word -> values.add(List.of("word", value(word))));
    if (!pair.getTokenizer().isEmpty()) {
      values.add(List.of("tokenized", ""));
    }
    if (pair.getTruncated()) {
      values.add(List.of("truncated", ""));
    }
    return new Facts(
        status,
        knownKind(pair.getSourceKind()),
        value(pair.getContributor()),
        values,
        ACCEPTED,
        pair.getPreparedAt().toEpochMilli(),
        OriginHeader.text(pair.getOrigin()));
  }

  /**
   * Facts of a rejected pair.
   *
   * @param sent the pair as it came; empty texts where it cannot be read, or was not kept
   */
  static Facts of(QuarantinedPair pair, RawPair sent) {
    String reason = RejectReason.named(pair.getReason()).map(RejectReason::name).orElse(UNKNOWN);
    return new Facts(
        PairStatus.QUARANTINED,
        knownKind(sent.getSourceKind()),
        value(sent.getContributor()),
        List.of(ONE_PAIR, List.of("reason", reason)),
        reason,
        pair.getQuarantinedAt().toEpochMilli(),
        OriginHeader.text(pair.getOrigin()));
  }

  String json() {
    return new String(Json.bytes(this), StandardCharsets.UTF_8);
  }

  /** The name where it is one of the closed list, so that nobody can make more kinds. */
  private static String knownKind(String name) {
    return Arrays.stream(SourceKind.values()).anyMatch(kind -> kind.name().equals(name))
        ? name
        : UNKNOWN;
  }

  private static String orientation(double aspect) {
    if (aspect < SQUARE_FROM) {
      return "portrait";
    }
    return aspect > SQUARE_TO ? "landscape" : "square";
  }

  /** Producers write what they like; what is counted is short. */
  private static String value(String text) {
    if (text.isEmpty()) {
      return NONE;
    }
    if (text.codePointCount(0, text.length()) <= LONGEST_VALUE) {
      return text;
    }
    return text.substring(0, text.offsetByCodePoints(0, LONGEST_VALUE - 1)) + "…";
  }
}

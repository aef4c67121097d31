package io.pairstream.operations.profile;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.operations.catalogue.Sent;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.QuarantinedPair;
import java.time.Instant;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * What one record adds to the sums, in a form that is kept so that it can be taken out again.
 *
 * @param slice where it is summed up
 * @param contributor who sent the pair; {@link #NONE} where it does not say
 * @param values what it counts for; words are apart
 * @param words content words of the caption, each once; at most {@link #MOST_WORDS}
 * @param bins which bin of each histogram it is in, where it was measured
 * @param tokenized whether the caption has token ids
 * @param truncated whether it has more tokens than fit
 * @param decidedAt when the raw record arrived
 * @param origin coordinates of the raw record
 */
record Facts(
    SliceKey slice,
    String contributor,
    Map<Dimension, String> values,
    List<String> words,
    Map<ProfiledMeasure, Integer> bins,
    boolean tokenized,
    boolean truncated,
    Instant decidedAt,
    Origin origin) {

  /** Stands for an empty text. */
  static final String NONE = "(none)";

  static final int MOST_WORDS = 60;

  /** What a pair counts as that was withdrawn: it is one, and nobody asks what it was. */
  static final Facts WITHDRAWN =
      new Facts(
          new SliceKey(PairStatus.WITHDRAWN, SliceKey.UNKNOWN),
          NONE,
          Map.of(),
          List.of(),
          Map.of(),
          false,
          false,
          Instant.EPOCH,
          new Origin("", 0, 0L));

  private static final int LONGEST_VALUE = 120;
  private static final double SQUARE_FROM = 0.95;
  private static final double SQUARE_TO = 1.05;

  Facts {
    values = Map.copyOf(values);
    words = List.copyOf(words);
    bins = Map.copyOf(bins);
  }

  /**
   * What an accepted pair adds.
   *
   * @param standing the split whose topic it lies on
   * @param words content words of its caption
   */
  static Facts of(PreparedPair pair, PairStatus standing, Set<String> words) {
    Map<Dimension, String> values = new EnumMap<>(Dimension.class);
    values.put(Dimension.LICENCE, value(pair.getLicence()));
    values.put(Dimension.LANGUAGE, value(pair.getLanguage()));
    values.put(Dimension.MEDIA_TYPE, value(pair.getMediaType()));
    values.put(Dimension.FOLD, String.valueOf(pair.getFold()));
    values.put(Dimension.RECIPE_VERSION, value(pair.getRecipeVersion()));
    OptionalDouble aspect = ProfiledMeasure.ASPECT.of(pair);
    if (aspect.isPresent()) {
      values.put(Dimension.ORIENTATION, orientation(aspect.getAsDouble()));
    }
    Map<ProfiledMeasure, Integer> bins = new LinkedHashMap<>();
    for (ProfiledMeasure measure : ProfiledMeasure.values()) {
      OptionalDouble measured = measure.of(pair);
      if (measured.isPresent()) {
        bins.put(measure, measure.bin(measured.getAsDouble()));
      }
    }
    return new Facts(
        new SliceKey(standing, SliceKey.knownKind(pair.getSourceKind())),
        value(pair.getContributor()),
        values,
        List.copyOf(words),
        bins,
        !pair.getTokenizer().isEmpty(),
        pair.getTruncated(),
        pair.getPreparedAt(),
        pair.getOrigin());
  }

  /**
   * What a pair that was turned away adds.
   *
   * @param sent the pair as it came; empty where it cannot be read, or was not kept
   */
  static Facts of(QuarantinedPair pair, Optional<Sent> sent) {
    String reason =
        RejectReason.named(pair.getReason()).map(RejectReason::name).orElse(SliceKey.UNKNOWN);
    return new Facts(
        new SliceKey(
            PairStatus.QUARANTINED,
            sent.map(Sent::sourceKind).map(SliceKey::knownKind).orElse(SliceKey.UNKNOWN)),
        sent.map(Sent::contributor).map(Facts::value).orElse(NONE),
        Map.of(Dimension.REASON, reason),
        List.of(),
        Map.of(),
        false,
        false,
        pair.getQuarantinedAt(),
        pair.getOrigin());
  }

  Optional<String> reason() {
    return Optional.ofNullable(values.get(Dimension.REASON));
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

package io.pairstream.operate.profile;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.schemas.IndexedPair;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.SourceKind;
import io.pairstream.schemas.wire.OriginHeader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/**
 * Values that one record counts for. Kept beside the sums, so that they can be taken out again.
 *
 * @param sourceKind one of {@link SourceKind}, or {@link #UNKNOWN}
 * @param contributor who sent the pair; {@link #NONE} where it does not say
 * @param values what it counts for, beside being a pair
 * @param outcome the record's outcome for its contributor: {@link #ACCEPTED}, or the reason of its
 *     rejection; empty where it has none
 * @param at when the record was judged, in milliseconds; 0 of an accepted pair that was read back
 * @param origin coordinates of the raw record; empty of an accepted pair
 */
record Facts(
    PairStatus status,
    String sourceKind,
    String contributor,
    List<Value> values,
    String outcome,
    long at,
    String origin) {

  /** A value of a dimension. */
  record Value(String dimension, String value) {}

  /** Stands for an empty text. */
  static final String NONE = "(none)";

  /** Where a record does not say its kind of source, or cannot be read. */
  static final String UNKNOWN = "UNKNOWN";

  static final String ACCEPTED = "ACCEPTED";
  static final String COPY = "COPY";
  static final int MOST_WORDS = 60;
  static final String LABEL = "label";

  /** Facts of a withdrawn pair, which counts as one pair and for nothing else. */
  static final Facts WITHDRAWN =
      new Facts(PairStatus.WITHDRAWN, UNKNOWN, NONE, List.of(), "", 0, "");

  private static final List<PairStatus> STATUSES = List.of(PairStatus.values());

  /** Dimensions by the number that stands for each; a new one comes last. */
  private static final List<String> DIMENSIONS =
      Stream.of(
              Stream.of(
                  "licence",
                  "language",
                  "media_type",
                  "fold",
                  "recipe_version",
                  "orientation",
                  "word",
                  "tokenized",
                  "truncated",
                  "reason"),
              Arrays.stream(ProfiledMeasure.values()).map(ProfiledMeasure::label),
              Stream.of("labelled", LABEL))
          .flatMap(names -> names)
          .toList();

  private static final int LONGEST_VALUE = 120;
  private static final double SQUARE_FROM = 0.95;
  private static final double SQUARE_TO = 1.05;

  /**
   * Facts of an accepted pair.
   *
   * @param words content words of its caption
   */
  static Facts of(IndexedPair pair, Collection<String> words) {
    List<Value> values = new ArrayList<>();
    values.add(new Value("licence", value(pair.getMetadata().getLicence())));
    values.add(new Value("language", value(pair.getLanguage())));
    values.add(new Value("media_type", value(pair.getMediaType())));
    values.add(new Value("fold", String.valueOf(pair.getFold())));
    values.add(new Value("recipe_version", value(pair.getRecipeVersion())));
    ProfiledMeasure.ASPECT
        .of(pair)
        .ifPresent(aspect -> values.add(new Value("orientation", orientation(aspect))));
    for (ProfiledMeasure measure : ProfiledMeasure.values()) {
      measure
          .of(pair)
          .ifPresent(
              value -> values.add(new Value(measure.label(), String.valueOf(measure.bin(value)))));
    }
    words.forEach(word -> values.add(new Value("word", value(word))));
    if (!pair.getMetadata().getLabels().isEmpty()) {
      values.add(new Value("labelled", ""));
      pair.getMetadata().getLabels().stream()
          .map(Facts::value)
          .distinct()
          .forEach(label -> values.add(new Value(LABEL, label)));
    }
    if (!pair.getTokenizer().isEmpty()) {
      values.add(new Value("tokenized", ""));
    }
    if (pair.getTruncated()) {
      values.add(new Value("truncated", ""));
    }
    return new Facts(
        PairStatus.valueOf(pair.getSplit()),
        knownKind(pair.getMetadata().getSourceKind()),
        value(pair.getMetadata().getContributor()),
        values,
        ACCEPTED,
        pair.getPreparedAt().toEpochMilli(),
        "");
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
        knownKind(sent.getMetadata().getSourceKind()),
        value(sent.getMetadata().getContributor()),
        List.of(new Value("reason", reason)),
        reason,
        pair.getQuarantinedAt().toEpochMilli(),
        OriginHeader.text(pair.getOrigin()));
  }

  /** Facts that have further values too, each cut to what is counted. */
  Facts with(List<Value> more) {
    List<Value> all = new ArrayList<>(values);
    more.forEach(each -> all.add(new Value(value(each.dimension()), value(each.value()))));
    return new Facts(status, sourceKind, contributor, all, outcome, at, origin);
  }

  /** Whether a rejection is not older than another of its pair. */
  boolean isSince(Facts other) {
    return at == other.at ? origin.compareTo(other.origin) >= 0 : at > other.at;
  }

  /** The facts as a column holds them. */
  byte[] bytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    DataOutputStream out = new DataOutputStream(bytes);
    try {
      out.writeByte(STATUSES.indexOf(status));
      out.writeUTF(sourceKind);
      out.writeUTF(contributor);
      if (!status.isPublished()) { // which of several rejections stands
        out.writeUTF(outcome);
        out.writeUTF(origin);
        out.writeLong(at);
      }
      for (Value each : values) {
        out.writeByte(DIMENSIONS.indexOf(each.dimension()));
        out.writeUTF(each.value());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** The facts of a column. */
  static Facts read(byte[] column) {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(column));
    try {
      PairStatus status = STATUSES.get(in.readByte());
      String sourceKind = in.readUTF();
      String contributor = in.readUTF();
      boolean isAccepted = status.isPublished();
      String outcome = isAccepted ? ACCEPTED : in.readUTF();
      String origin = isAccepted ? "" : in.readUTF();
      long at = isAccepted ? 0 : in.readLong();
      List<Value> values = new ArrayList<>();
      while (in.available() > 0) {
        values.add(new Value(DIMENSIONS.get(in.readByte()), in.readUTF()));
      }
      return new Facts(status, sourceKind, contributor, values, outcome, at, origin);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The name where it is one of the closed list, so that no producer can make more kinds. */
  private static String knownKind(String name) {
    return SourceKind.isNamed(name) ? name : UNKNOWN;
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

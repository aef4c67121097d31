package io.pairstream.feed.export;

import io.pairstream.schemas.PreparedPair;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * What an export says of a pair besides its image: the same in every format.
 *
 * <p>Names are the record's own, but for the digest of the original image: what importers take for
 * the digest of the file that they read must not be called so.
 */
record PairField(String name, Kind kind, Function<PreparedPair, Object> value) {

  /** What a field's value is: its class is given behind each. */
  enum Kind {
    /** String. */
    TEXT,
    /** Integer. */
    INT,
    /** Long. */
    LONG,
    /** Boolean. */
    BOOLEAN,
    /** List of Integer. */
    INTS,
    /** SortedMap of Double. */
    NUMBERS,
    /** SortedMap of String. */
    TEXTS
  }

  static final List<PairField> ALL =
      List.of(
          text("pair_id", PreparedPair::getPairId),
          text("caption", PreparedPair::getCaption),
          text("language", PreparedPair::getLanguage),
          text("source_kind", PreparedPair::getSourceKind),
          text("contributor", PreparedPair::getContributor),
          text("url", PreparedPair::getUrl),
          text("licence", PreparedPair::getLicence),
          text("split", PreparedPair::getSplit),
          new PairField("fold", Kind.INT, PreparedPair::getFold),
          new PairField("width", Kind.INT, PreparedPair::getWidth),
          new PairField("height", Kind.INT, PreparedPair::getHeight),
          new PairField("channels", Kind.INT, PreparedPair::getChannels),
          text("colour", PreparedPair::getColour),
          text("stored_encoding", PreparedPair::getImageEncoding),
          text("normalisation", PreparedPair::getNormalisation),
          new PairField("token_ids", Kind.INTS, PreparedPair::getTokenIds),
          new PairField("token_count", Kind.INT, PreparedPair::getTokenCount),
          new PairField("truncated", Kind.BOOLEAN, PreparedPair::getTruncated),
          new PairField("pad_id", Kind.INT, PreparedPair::getPadId),
          text("tokenizer", PreparedPair::getTokenizer),
          text("tokenizer_digest", PreparedPair::getTokenizerDigest),
          text("original_digest", PreparedPair::getImageDigest),
          text("perceptual_hash", PreparedPair::getPerceptualHash),
          new PairField("measures", Kind.NUMBERS, pair -> new TreeMap<>(pair.getMeasures())),
          new PairField("texts", Kind.TEXTS, pair -> new TreeMap<>(pair.getTexts())),
          text("recipe_version", PreparedPair::getRecipeVersion),
          text("origin_topic", pair -> pair.getOrigin().getTopic()),
          new PairField("origin_partition", Kind.INT, pair -> pair.getOrigin().getPartition()),
          new PairField("origin_offset", Kind.LONG, pair -> pair.getOrigin().getOffset()),
          new PairField("received_at_ms", Kind.LONG, pair -> pair.getReceivedAt().toEpochMilli()));

  private static PairField text(String name, Function<PreparedPair, Object> value) {
    return new PairField(name, Kind.TEXT, value);
  }

  /** The value as the map that its kind says. */
  static Map<?, ?> map(Object value) {
    return (Map<?, ?>) value;
  }
}

package io.pairstream.feed.set;

import static org.apache.parquet.schema.LogicalTypeAnnotation.stringType;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.BINARY;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.BOOLEAN;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.DOUBLE;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.INT32;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.INT64;

import io.pairstream.schemas.PreparedPair;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;

/**
 * A field of a pair in a set, besides its pictures: a field of the {@code .json} member, and a
 * column of the index.
 *
 * <p>Names are the record's own, but for the digest of the original image: what importers take for
 * the digest of the file that they read must not be called so.
 *
 * @param column of the index; maps are lists of {@code {name, value}}, which more readers know
 * @param value a text, a number, a boolean, a list of numbers or texts, or a sorted map by name
 */
record PairField(Type column, Function<PreparedPair, Object> value) {

  private static final Type INTEGER = Types.optional(INT32).named("element");

  static final List<PairField> ALL =
      List.of(
          text("pair_id", PreparedPair::getPairId),
          text("caption", PreparedPair::getCaption),
          text("language", PreparedPair::getLanguage),
          text("source_kind", pair -> pair.getMetadata().getSourceKind()),
          text("contributor", pair -> pair.getMetadata().getContributor()),
          text("producer", pair -> pair.getMetadata().getProducer()),
          text("url", pair -> pair.getMetadata().getUrl()),
          text("licence", pair -> pair.getMetadata().getLicence()),
          list("labels", string("element"), pair -> pair.getMetadata().getLabels()),
          text("split", PreparedPair::getSplit),
          of("fold", INT32, PreparedPair::getFold),
          of("width", INT32, PreparedPair::getWidth),
          of("height", INT32, PreparedPair::getHeight),
          of("channels", INT32, PreparedPair::getChannels),
          text("colour", PreparedPair::getColour),
          text("stored_encoding", PreparedPair::getImageEncoding),
          text("normalisation", PreparedPair::getNormalisation),
          list("token_ids", INTEGER, PreparedPair::getTokenIds),
          of("token_count", INT32, PreparedPair::getTokenCount),
          of("truncated", BOOLEAN, PreparedPair::getTruncated),
          of("pad_id", INT32, PreparedPair::getPadId),
          text("tokenizer", PreparedPair::getTokenizer),
          text("tokenizer_digest", PreparedPair::getTokenizerDigest),
          text("original_digest", PreparedPair::getImageDigest),
          text("perceptual_hash", PreparedPair::getPerceptualHash),
          map("measures", Types.optional(DOUBLE).named("value"), PreparedPair::getMeasures),
          map("texts", string("value"), PreparedPair::getTexts),
          text("recipe_version", PreparedPair::getRecipeVersion),
          text("origin_topic", pair -> pair.getOrigin().getTopic()),
          of("origin_partition", INT32, pair -> pair.getOrigin().getPartition()),
          of("origin_offset", INT64, pair -> pair.getOrigin().getOffset()),
          of("received_at_ms", INT64, pair -> pair.getMetadata().getReceivedAt().toEpochMilli()),
          list("empty_token_ids", INTEGER, PreparedPair::getEmptyTokenIds),
          of("empty_token_count", INT32, PreparedPair::getEmptyTokenCount),
          text("picture_group", PreparedPair::getPictureGroup),
          text("mirrored_hash", PreparedPair::getMirroredHash),
          text("media_type", PreparedPair::getMediaType),
          list("waived", string("element"), PreparedPair::getWaived),
          text("review_id", PreparedPair::getReviewId),
          of("prepared_at_ms", INT64, pair -> pair.getPreparedAt().toEpochMilli()));

  String name() {
    return column.getName();
  }

  private static PairField text(String name, Function<PreparedPair, Object> value) {
    return new PairField(string(name), value);
  }

  private static PairField of(
      String name, PrimitiveTypeName type, Function<PreparedPair, Object> value) {
    return new PairField(Types.optional(type).named(name), value);
  }

  private static PairField list(String name, Type element, Function<PreparedPair, Object> value) {
    return new PairField(Types.optionalList().element(element).named(name), value);
  }

  private static PairField map(
      String name, Type value, Function<PreparedPair, Map<String, ?>> values) {
    Type element = Types.optionalGroup().addField(string("name")).addField(value).named("element");
    return list(name, element, pair -> new TreeMap<String, Object>(values.apply(pair)));
  }

  private static Type string(String name) {
    return Types.optional(BINARY).as(stringType()).named(name);
  }
}

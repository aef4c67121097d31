package io.pairstream.operations.catalogue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.SourceKind;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.service.http.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * What became of one raw record: a record on training, validation, test or quarantine, without its
 * bytes. Captions, names and addresses are as their producers wrote them: hostile text.
 *
 * @param pairId empty where the raw record could not be read
 * @param standing TRAINING, VALIDATION, TEST or QUARANTINED
 * @param step which node turned it away; empty where none did, as are {@code reason}, {@code
 *     detail}, {@code measured} and {@code limit}
 * @param caption its beginning: at most 1,000 characters; cleaned where the pair was kept
 * @param url its beginning: at most 2,000 characters
 * @param origin coordinates of the raw record
 * @param receivedAt when an output took it; 1970 where nobody knows
 * @param place where the record lies
 * @param hasPicture whether the record holds an image
 */
public record PairRow(
    String pairId,
    String imageDigest,
    String standing,
    String step,
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
    String recipeVersion,
    Origin origin,
    Instant receivedAt,
    Place place,
    boolean hasPicture) {

  private static final int LONGEST_CAPTION = 1_000;
  private static final int LONGEST_TEXT = 2_000;
  private static final String OTHER_KIND = "UNKNOWN";
  private static final int LONGEST_NAME = 500;

  static PairRow of(PreparedPair pair, Place place) {
    return new PairRow(
        pair.getPairId(),
        pair.getImageDigest(),
        // The topic says it, whatever the record does.
        place.topic().substring(place.topic().lastIndexOf('.') + 1).toUpperCase(Locale.ROOT),
        "",
        "",
        "",
        "",
        "",
        cut(pair.getCaption(), LONGEST_CAPTION),
        cut(pair.getLanguage(), LONGEST_NAME),
        cut(pair.getSourceKind(), LONGEST_NAME),
        cut(pair.getContributor(), LONGEST_NAME),
        cut(pair.getUrl(), LONGEST_TEXT),
        cut(pair.getLicence(), LONGEST_NAME),
        pair.getRecipeVersion(),
        pair.getOrigin(),
        pair.getReceivedAt(),
        place,
        pair.getImage().hasRemaining());
  }

  /** Of the few kinds, or one for all others: a stranger's would be a column of its own. */
  private static String known(String sourceKind) {
    return Arrays.stream(SourceKind.values()).anyMatch(kind -> kind.name().equals(sourceKind))
        ? sourceKind
        : OTHER_KIND;
  }

  static PairRow of(QuarantinedPair pair, Optional<Sent> sent, Place place) {
    return new PairRow(
        pair.getPairId(),
        pair.getImageDigest(),
        PairStatus.QUARANTINED.name(),
        pair.getStep(),
        pair.getReason(),
        cut(pair.getDetail(), LONGEST_TEXT),
        cut(pair.getMeasured(), LONGEST_NAME),
        cut(pair.getLimit(), LONGEST_NAME),
        cut(sent.map(Sent::caption).orElse(""), LONGEST_CAPTION),
        cut(sent.map(Sent::language).orElse(""), LONGEST_NAME),
        sent.map(Sent::sourceKind).map(PairRow::known).orElse(""),
        cut(sent.map(Sent::contributor).orElse(""), LONGEST_NAME),
        cut(sent.map(Sent::url).orElse(""), LONGEST_TEXT),
        cut(sent.map(Sent::licence).orElse(""), LONGEST_NAME),
        pair.getRecipeVersion(),
        pair.getOrigin(),
        sent.map(Sent::receivedAt).orElse(Instant.EPOCH),
        place,
        sent.filter(s -> s.imageBytes() > 0).isPresent());
  }

  /** Whether the pair was turned away. */
  public boolean isQuarantined() {
    return standing.equals(PairStatus.QUARANTINED.name());
  }

  /** {@code topic-partition-offset} of the raw record. */
  public String coordinates() {
    return OriginHeader.text(origin);
  }

  /** What the record's own topic has it under: the pair id, or the coordinates. */
  public String key() {
    return pairId.isEmpty() ? coordinates() : pairId;
  }

  byte[] stored() {
    ObjectNode json = Json.MAPPER.createObjectNode();
    put(json, "id", pairId);
    put(json, "md", imageDigest);
    put(json, "st", standing);
    put(json, "sp", step);
    put(json, "rs", reason);
    put(json, "de", detail);
    put(json, "me", measured);
    put(json, "li", limit);
    put(json, "ca", caption);
    put(json, "la", language);
    put(json, "so", sourceKind);
    put(json, "co", contributor);
    put(json, "ur", url);
    put(json, "lc", licence);
    put(json, "re", recipeVersion);
    json.put("ot", origin.getTopic());
    json.put("op", origin.getPartition());
    json.put("oo", origin.getOffset());
    json.put("ra", receivedAt.toEpochMilli());
    json.put("pt", place.topic());
    json.put("pp", place.partition());
    json.put("po", place.offset());
    json.put("pa", place.at().toEpochMilli());
    json.put("pi", hasPicture);
    return Json.bytes(json);
  }

  static PairRow of(byte[] stored) {
    JsonNode json = read(stored);
    return new PairRow(
        json.path("id").asText(""),
        json.path("md").asText(""),
        json.path("st").asText(""),
        json.path("sp").asText(""),
        json.path("rs").asText(""),
        json.path("de").asText(""),
        json.path("me").asText(""),
        json.path("li").asText(""),
        json.path("ca").asText(""),
        json.path("la").asText(""),
        json.path("so").asText(""),
        json.path("co").asText(""),
        json.path("ur").asText(""),
        json.path("lc").asText(""),
        json.path("re").asText(""),
        new Origin(json.path("ot").asText(""), json.path("op").asInt(), json.path("oo").asLong()),
        Instant.ofEpochMilli(json.path("ra").asLong()),
        new Place(
            json.path("pt").asText(""),
            json.path("pp").asInt(),
            json.path("po").asLong(),
            Instant.ofEpochMilli(json.path("pa").asLong())),
        json.path("pi").asBoolean());
  }

  static JsonNode read(byte[] stored) {
    try {
      return Json.MAPPER.readTree(stored);
    } catch (IOException e) {
      throw new UncheckedIOException("an entry of the catalogue is not what was written", e);
    }
  }

  static void put(ObjectNode json, String name, String text) {
    if (!text.isEmpty()) {
      json.put(name, text);
    }
  }

  static String cut(String text, int characters) {
    if (text.length() <= characters) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(characters - 1)) ? characters - 1 : characters;
    return text.substring(0, end);
  }
}

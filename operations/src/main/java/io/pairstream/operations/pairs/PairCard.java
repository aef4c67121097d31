package io.pairstream.operations.pairs;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.cleaning.image.ProbeImage;
import io.pairstream.cleaning.image.ProbedImage;
import io.pairstream.cleaning.tokens.ReadableTokens;
import io.pairstream.operations.catalogue.FoundPair;
import io.pairstream.operations.catalogue.PairRow;
import io.pairstream.operations.catalogue.PairSearch;
import io.pairstream.operations.catalogue.Place;
import io.pairstream.operations.catalogue.ReceiptNote;
import io.pairstream.operations.catalogue.ReviewNote;
import io.pairstream.operations.sentence.Template;
import io.pairstream.operations.takedown.TakedownEvent;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairLink;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.service.http.Json;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.apache.kafka.common.utils.Utils;

/**
 * All that is known of one pair: what came, what the model sees of it, what was decided, and how it
 * went.
 *
 * <p>Read from the records where they lie. What a topic keeps no longer is left out, and said.
 */
final class PairCard {

  private static final Pattern PLAIN_WORD = Pattern.compile("\\w[\\w.-]*");

  private final PairSearch search;
  private final StoredPairs pairs;
  private final KnownRecipes recipes;
  private final UnaryOperator<String> typed;
  private final ProbeImage probe = new ProbeImage();

  PairCard(
      PairSearch search, StoredPairs pairs, KnownRecipes recipes, UnaryOperator<String> typed) {
    this.search = search;
    this.pairs = pairs;
    this.recipes = recipes;
    this.typed = typed;
  }

  /**
   * The card of that id or those coordinates; empty where nothing is known of it.
   *
   * @throws org.apache.kafka.common.KafkaException where the broker does not answer
   * @throws io.pairstream.schemas.wire.RegistryUnavailableException where the registry does not
   */
  Optional<ObjectNode> of(String id) {
    Optional<ObjectNode> card =
        search
            .get(id)
            .map(this::withRecord)
            .or(() -> search.receipt(id).map(receipt -> withoutRecord(id, receipt)));
    card.ifPresent(this::addCommands);
    return card;
  }

  /** The same answers in a terminal. An id that is no plain word would need quoting. */
  private void addCommands(ObjectNode json) {
    ArrayNode commands = json.putArray("commands");
    String id = json.path("id").asText();
    if (PLAIN_WORD.matcher(id).matches()) {
      commands.add(typed.apply("why " + id));
      if (json.path("standing").asText().equals(PairStatus.QUARANTINED.name())) {
        commands.add(typed.apply("quarantine show " + id));
      }
    }
  }

  private ObjectNode withRecord(FoundPair pair) {
    ObjectNode json = PairJson.summary(pair);
    if (pair.row().isQuarantined()) {
      addQuarantined(json, pair.row());
    } else {
      addPrepared(json, pair.row());
    }
    json.put("recipe_version", pair.row().recipeVersion());
    json.put("image_digest", pair.row().imageDigest());
    json.put("copies", pair.receipt().map(ReceiptNote::copies).orElse(null));
    json.set("reviews", reviews(pair.id()));
    PairRow row = pair.row();
    json.set(
        "takedowns",
        takedowns(
            search.takedownEvents(
                row.pairId(), row.imageDigest(), row.contributor(), row.sourceKind(), row.url())));
    json.put(
        "remedy", RejectReason.named(pair.row().reason()).map(RejectReason::remedy).orElse(""));
    return json;
  }

  /** A pair that was withdrawn, or whose record is not read yet. */
  private ObjectNode withoutRecord(String id, ReceiptNote receipt) {
    boolean gone = search.isTakenDown(id, receipt.imageDigest(), "", "", "");
    ObjectNode json =
        PairJson.summary(id, gone ? PairStatus.WITHDRAWN.name() : receipt.standing(), receipt);
    json.set("original", original(gone ? Template.IS_WITHDRAWN : Template.NOT_READ_YET));
    json.putNull("model");
    json.putNull("caption_before");
    json.putNull("caption_after");
    addNoTokens(json);
    json.set("decisions", Json.MAPPER.createArrayNode());
    json.set("measures", Json.MAPPER.createObjectNode());
    json.set("journey", journey(receipt));
    json.put("split", "");
    json.putNull("fold");
    json.put("recipe_version", "");
    json.put("perceptual_hash", "");
    json.put("image_digest", receipt.imageDigest());
    json.put("copies", receipt.copies());
    json.set("reviews", reviews(id));
    json.set("takedowns", takedowns(search.takedownEvents(id, receipt.imageDigest(), "", "", "")));
    json.put("remedy", RejectReason.named(receipt.reason()).map(RejectReason::remedy).orElse(""));
    return json;
  }

  private void addPrepared(ObjectNode json, PairRow row) {
    Optional<PreparedPair> prepared = pairs.prepared(row.place());
    Optional<RawPair> raw = pairs.raw(row.origin());
    json.set(
        "original",
        raw.map(
                pair ->
                    original(
                        pair,
                        PairJson.address(
                            row.origin().getTopic(),
                            row.origin().getPartition(),
                            row.origin().getOffset())))
            .orElseGet(() -> original(prepared)));
    json.put("caption_before", raw.map(RawPair::getCaption).orElse(null));
    json.put("caption_after", prepared.map(PreparedPair::getCaption).orElse(row.caption()));
    if (prepared.isEmpty()) {
      // Compaction or a later record of the same pair took it away a moment ago.
      json.putNull("model");
      addNoTokens(json);
      json.set("decisions", Json.MAPPER.createArrayNode());
      json.set("measures", Json.MAPPER.createObjectNode());
      json.put("split", row.standing());
      json.putNull("fold");
      json.put("perceptual_hash", "");
      json.set(
          "journey",
          journey(row.receivedAt(), row.origin(), Instant.EPOCH, Optional.of(row.place())));
      return;
    }
    PreparedPair pair = prepared.get();
    json.set(
        "model",
        Json.MAPPER
            .createObjectNode()
            .put("picture", row.hasPicture() ? PairJson.address(row.place()) : null)
            .put("width", pair.getWidth())
            .put("height", pair.getHeight())
            .put("bytes", pair.getImage().remaining())
            .put("encoding", pair.getImageEncoding()));
    addTokens(json, pair);
    json.set(
        "decisions",
        Decisions.kept(
            pair.getCaption(),
            pair.getMeasures(),
            recipes
                .effective(pair.getRecipeVersion())
                .<Map<String, String>>map(Function.identity())
                .orElse(Map.of())));
    ObjectNode measures = json.putObject("measures");
    pair.getMeasures().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(measure -> measures.put(measure.getKey(), measure.getValue()));
    json.put("split", pair.getSplit());
    json.put("fold", pair.getFold());
    json.put("perceptual_hash", pair.getPerceptualHash());
    json.set(
        "journey",
        journey(row.receivedAt(), row.origin(), pair.getPreparedAt(), Optional.of(row.place())));
  }

  private void addQuarantined(ObjectNode json, PairRow row) {
    Optional<QuarantinedPair> kept = pairs.quarantined(row.place());
    Optional<RawPair> raw = kept.flatMap(pairs::raw);
    json.set(
        "original",
        raw.filter(pair -> row.hasPicture())
            .map(pair -> original(pair, PairJson.address(row.place())))
            .orElseGet(
                () ->
                    original(
                        kept.isEmpty()
                            ? Template.KEPT_NO_LONGER
                            : kept.get().getValue() == null
                                ? Template.NOT_KEPT
                                : Template.NO_IMAGE)));
    json.putNull("model");
    json.put(
        "caption_before",
        raw.map(RawPair::getCaption)
            .or(() -> kept.flatMap(pairs::link).map(PairLink::getCaption))
            .orElse(null));
    json.putNull("caption_after");
    addNoTokens(json);
    json.set("decisions", Decisions.rejected(row));
    json.set("measures", Json.MAPPER.createObjectNode());
    json.put("split", "");
    json.putNull("fold");
    json.put("perceptual_hash", "");
    json.set(
        "journey",
        journey(
            row.receivedAt(),
            row.origin(),
            kept.map(QuarantinedPair::getQuarantinedAt).orElse(Instant.EPOCH),
            Optional.of(row.place())));
  }

  /** The original as its header declares it; its pixels are decoded nowhere here. */
  private ObjectNode original(RawPair raw, String picture) {
    EncodedImage image = new EncodedImage(Utils.toArray(raw.getImage()));
    Optional<ProbedImage> probed =
        probe.apply(image).fold(Optional::of, rejection -> Optional.empty());
    ObjectNode json = Json.MAPPER.createObjectNode();
    json.put("picture", image.size() == 0 ? null : picture);
    json.put("bytes", image.size());
    json.put(
        "media_type",
        probed
            .map(known -> "image/" + known.type().name().toLowerCase(Locale.ROOT))
            .orElse(raw.getMediaType()));
    json.put("width", probed.map(ProbedImage::widthPx).orElse(null));
    json.put("height", probed.map(ProbedImage::heightPx).orElse(null));
    json.put("detail", "");
    return json;
  }

  /** The original of which only the measures are left. */
  private static ObjectNode original(Optional<PreparedPair> prepared) {
    ObjectNode json = original(Template.KEPT_FOR_DAYS);
    Map<String, Double> measures = prepared.map(PreparedPair::getMeasures).orElse(Map.of());
    json.put("media_type", prepared.map(PreparedPair::getMediaType).orElse(""));
    putWhole(json, "bytes", measures.get("original_bytes"));
    putWhole(json, "width", measures.get("original_width_px"));
    putWhole(json, "height", measures.get("original_height_px"));
    return json;
  }

  private static ObjectNode original(Template why) {
    ObjectNode json = Json.MAPPER.createObjectNode();
    json.putNull("picture");
    json.putNull("bytes");
    json.put("media_type", "");
    json.putNull("width");
    json.putNull("height");
    why.with().put(json, "detail");
    return json;
  }

  private static void putWhole(ObjectNode json, String name, Double number) {
    if (number != null) {
      json.put(name, number.longValue());
    }
  }

  private static void addTokens(ObjectNode json, PreparedPair pair) {
    int count = Math.max(0, Math.min(pair.getTokenCount(), pair.getTokenIds().size()));
    List<Integer> stored = pair.getTokenIds().subList(0, count);
    ArrayNode tokens = json.putArray("tokens");
    Optional<ReadableTokens> readable =
        ReadableTokens.named(pair.getTokenizer(), pair.getTokenizerDigest());
    List<ReadableTokens.Token> all =
        readable
            .map(known -> known.tokens(pair.getCaption(), stored, pair.getTruncated()))
            .orElseGet(
                () -> stored.stream().map(id -> new ReadableTokens.Token(id, "", false)).toList());
    all.forEach(
        token ->
            tokens
                .addObject()
                .put("id", token.id())
                .put("text", token.text())
                .put("cut", token.cut()));
    json.put("token_limit", pair.getTokenIds().size());
    json.put("tokenizer", pair.getTokenizer());
  }

  private static void addNoTokens(ObjectNode json) {
    json.putArray("tokens");
    json.putNull("token_limit");
    json.put("tokenizer", "");
  }

  /** Of a withdrawn pair the receipt has the time of the takedown, no longer that of the record. */
  private ArrayNode journey(ReceiptNote receipt) {
    if (!receipt.standing().equals(PairStatus.WITHDRAWN.name())) {
      return journey(receipt.receivedAt(), receipt.origin(), receipt.decidedAt(), Optional.empty());
    }
    ArrayNode journey =
        journey(
            receipt.receivedAt(),
            receipt.origin(),
            pairs.cameAt(receipt.origin()),
            Optional.empty());
    // Nothing waited for it: the time in between is no delay.
    stop(journey, "withdrawn", null, null, receipt.decidedAt(), new Instant[] {Instant.EPOCH});
    return journey;
  }

  /** The places where the pair was, with the times that outputs and brokers gave it. */
  private static ArrayNode journey(
      Instant receivedAt, Origin origin, Instant rawAt, Optional<Place> place) {
    ArrayNode journey = Json.MAPPER.createArrayNode();
    Instant[] before = {Instant.EPOCH};
    if (receivedAt.toEpochMilli() != 0) {
      stop(journey, "received", null, null, receivedAt, before);
    }
    stop(
        journey,
        shortName(origin.getTopic()),
        origin.getPartition(),
        origin.getOffset(),
        rawAt,
        before);
    place.ifPresent(
        at -> stop(journey, shortName(at.topic()), at.partition(), at.offset(), at.at(), before));
    return journey;
  }

  private static void stop(
      ArrayNode journey,
      String place,
      Integer partition,
      Long offset,
      Instant at,
      Instant[] before) {
    ObjectNode stop = journey.addObject();
    stop.put("place", place);
    stop.put("partition", partition);
    stop.put("offset", offset);
    PairJson.putTime(stop, "at", at);
    boolean known = at.toEpochMilli() != 0 && before[0].toEpochMilli() != 0;
    // Producers may write any time, and two of those may be further apart than a long can tell.
    stop.put(
        "seconds_since_previous",
        known ? (Double) (((double) at.toEpochMilli() - before[0].toEpochMilli()) / 1000) : null);
    if (at.toEpochMilli() != 0) {
      before[0] = at;
    }
  }

  /** A topic's name without the data set's. */
  private static String shortName(String topic) {
    return topic.substring(topic.indexOf('.') + 1);
  }

  private static ArrayNode takedowns(List<TakedownEvent> events) {
    ArrayNode json = Json.MAPPER.createArrayNode();
    events.forEach(event -> json.add(event.json()));
    return json;
  }

  private ArrayNode reviews(String id) {
    ArrayNode json = Json.MAPPER.createArrayNode();
    for (ReviewNote review : search.reviews(id)) {
      ObjectNode one = json.addObject();
      one.put("review_id", review.reviewId());
      one.put("decision", review.decision());
      one.put("reviewer", review.reviewer());
      one.put("comment", review.comment());
      PairJson.putTime(one, "reviewed_at", review.reviewedAt());
      one.put("caption", review.caption());
      one.put("sent_pair_id", review.sentPairId());
    }
    return json;
  }
}

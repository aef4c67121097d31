package io.pairstream.system;

import static java.util.stream.Collectors.toSet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.pairstream.cleaning.CleaningPlan;
import io.pairstream.cleaning.PlannedStep;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.StepObserver;
import io.pairstream.cleaning.recipe.RecipeFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Pairs that are made up, with a story: a phone's app broke three hours ago and sends its files'
 * names as captions; forty pictures of an archive were turned away for four missing pixels.
 *
 * @param pairs cards as the service answers them, the newest first
 */
record ScriptedPairs(List<ObjectNode> pairs, ObjectNode profile, List<ObjectNode> actions) {

  /** When the story is looked at. */
  static final Instant NOW = Instant.ofEpochMilli(System.currentTimeMillis());

  /** The reason of the archive's forty. */
  static final String TOO_SMALL = RejectReason.IMAGE_TOO_SMALL.name();

  /** Fields that a pair has in a list too. */
  static final List<String> SUMMARY =
      List.of(
          "id",
          "standing",
          "reason",
          "detail",
          "measured",
          "limit",
          "caption",
          "language",
          "source_kind",
          "contributor",
          "url",
          "licence",
          "origin",
          "received_at",
          "decided_at",
          "picture",
          "blurred");

  private static final JsonMapper JSON = new JsonMapper();
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private static final int TOKEN_LIMIT = 77;

  private static final String LONG_CAPTION =
      "A lighthouse with broad red and white stripes stands on a dark rock beside the ocean while"
          + " its lamp throws a wide beam of pale yellow light across the evening sky, and far"
          + " below it small waves break against the stones, where two gulls rest near a wooden"
          + " boat that somebody pulled ashore before the storm of the night, with a coil of rope,"
          + " a pair of oars, an old lantern and a basket of fish beside it, all drawn in calm"
          + " flat colours that grow darker toward the lower edge of the picture.";

  /** Which of the archive's accepted pairs shows one. */
  private static final int LIGHTHOUSE = 9;

  /** What a kind of rejection says, in the product's own terms. */
  private record Why(
      RejectReason reason, String step, String detail, String measured, String limit) {

    Why {
      if (!STEPS.contains(step)) {
        throw new IllegalArgumentException("the product has no step " + step);
      }
    }
  }

  private static final Set<String> STEPS = steps();

  private static final Why IS_TOO_SMALL =
      new Why(
          RejectReason.IMAGE_TOO_SMALL,
          "check-image-shape",
          "80x60: shorter side is below 200 px",
          "60 px",
          "200 px");
  private static final Why IS_FILE_NAME =
      new Why(
          RejectReason.CAPTION_IS_FILE_NAME,
          "refuse-file-name",
          "the caption is the name of the image's file",
          "",
          "");
  private static final Why HAS_LINK =
      new Why(
          RejectReason.CAPTION_HAS_LINK,
          "clean-caption",
          "the caption holds a web address",
          "1 address",
          "0");
  private static final Why IS_BLURRED =
      new Why(
          RejectReason.IMAGE_BLURRED,
          "check-image-quality",
          "sharpness is 12.3; at least 40 is wanted",
          "12.3",
          "40");
  private static final Why IS_TOO_SHORT =
      new Why(
          RejectReason.CAPTION_TOO_SHORT,
          "check-caption-length",
          "the caption has 1 word; it must have at least 3",
          "1 word",
          "3 words");
  private static final Why IS_NO_IMAGE =
      new Why(
          RejectReason.IMAGE_TYPE_UNKNOWN, "probe-image", "it begins with <!doctype html>", "", "");
  private static final Why IS_COPY =
      new Why(RejectReason.DUPLICATE_PAIR, "seen-before", "accepted before", "", "");

  /** Those of the cleaning plan, and the topology's own. */
  private static Set<String> steps() {
    try {
      CleaningPlan plan =
          new CleaningPlan(
              RecipeFile.find("dalle").reader(),
              (image, pictures) -> {
                throw new IllegalStateException("this plan is only looked at");
              },
              StepObserver.NONE);
      Set<String> steps = plan.steps().stream().map(PlannedStep::name).collect(toSet());
      steps.add("seen-before");
      return steps;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Instant time(String text) {
    return Instant.parse(text);
  }

  private static String time(Instant instant) {
    return TIME.format(instant);
  }

  /** Who sends. */
  private record Producer(String name, String kind, String licence) {}

  private static final Producer PHONE_APP = new Producer("phone-app", "CROWDSOURCED", "CC BY 4.0");
  private static final Producer GARDEN = new Producer("garden-club", "CROWDSOURCED", "CC BY 4.0");
  private static final Producer ARCHIVE = new Producer("harbour-archive", "IMPORTED", "CC0 1.0");
  private static final Producer WEB = new Producer("", "SCRAPED", "");
  private static final Producer MODEL = new Producer("diffusion-v2", "SYNTHETIC", "CC0 1.0");

  /** The whole story. */
  static ScriptedPairs story() {
    List<ObjectNode> pairs = new ArrayList<>();
    turnedAway(pairs, 96, PHONE_APP, IS_FILE_NAME, Duration.ofHours(3));
    turnedAway(pairs, 40, ARCHIVE, IS_TOO_SMALL, Duration.ofHours(9));
    turnedAway(pairs, 5, GARDEN, IS_TOO_SMALL, Duration.ofDays(3));
    turnedAway(pairs, 37, WEB, HAS_LINK, Duration.ofDays(4));
    turnedAway(pairs, 22, WEB, IS_BLURRED, Duration.ofDays(2));
    turnedAway(pairs, 9, WEB, IS_NO_IMAGE, Duration.ofDays(5));
    turnedAway(pairs, 31, WEB, IS_TOO_SHORT, Duration.ofDays(6));
    turnedAway(pairs, 11, GARDEN, IS_TOO_SHORT, Duration.ofDays(6));
    turnedAway(pairs, 8, MODEL, IS_BLURRED, Duration.ofDays(1));
    turnedAway(pairs, 14, GARDEN, IS_COPY, Duration.ofDays(4));
    accepted(pairs, 120, GARDEN, Duration.ofHours(20));
    accepted(pairs, 13, PHONE_APP, Duration.ofHours(22));
    accepted(pairs, 150, ARCHIVE, Duration.ofHours(11));
    accepted(pairs, 90, WEB, Duration.ofHours(23));
    accepted(pairs, 70, MODEL, Duration.ofHours(14));
    pairs.sort(
        Comparator.comparing((ObjectNode pair) -> pair.get("decided_at").asText()).reversed());
    return new ScriptedPairs(pairs, madeUpProfile(), someActions());
  }

  /** As many pairs in quarantine for one reason. */
  static ScriptedPairs quarantined(int count) {
    List<ObjectNode> pairs = new ArrayList<>();
    turnedAway(pairs, count, ARCHIVE, IS_TOO_SMALL, Duration.ofDays(2));
    return new ScriptedPairs(pairs, madeUpProfile(), List.of());
  }

  /** Of each text two pairs turned away and an accepted one, with it in place of every other. */
  static ScriptedPairs saying(List<String> texts) {
    ScriptedPairs story = story();
    List<ObjectNode> pairs = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      pairs.add(spoilt(standing(story, "QUARANTINED", 2 * i), texts.get(i)));
      pairs.add(spoilt(standing(story, "QUARANTINED", 2 * i + 1), texts.get(i)));
      pairs.add(spoilt(standing(story, "TRAINING", i), texts.get(i)));
    }
    List<ObjectNode> actions = new ArrayList<>();
    for (String text : texts) {
      actions.add(spoilt(story.actions().get(0), text));
    }
    return new ScriptedPairs(pairs, spoilt(story.profile(), texts.get(0)), actions);
  }

  private static ObjectNode standing(ScriptedPairs story, String standing, int index) {
    return story.pairs().stream()
        .filter(pair -> pair.get("standing").asText().equals(standing))
        .skip(index)
        .findFirst()
        .orElseThrow();
  }

  private static ObjectNode spoilt(ObjectNode node, String text) {
    return (ObjectNode) spoil("", node, text);
  }

  /** What places, times and the rules of the interface are made of stays. */
  private static JsonNode spoil(String name, JsonNode node, String text) {
    if (node instanceof ObjectNode object) {
      ObjectNode spoilt = JSON.createObjectNode();
      object
          .properties()
          .forEach(
              field -> spoilt.set(field.getKey(), spoil(field.getKey(), field.getValue(), text)));
      return spoilt;
    }
    if (node instanceof ArrayNode array) {
      ArrayNode spoilt = JSON.createArrayNode();
      array.forEach(item -> spoilt.add(spoil(name, item, text)));
      return spoilt;
    }
    boolean stays =
        !node.isTextual()
            || name.endsWith("_at")
            || List.of("at", "since", "id", "standing", "picture", "outcome", "split")
                .contains(name);
    return stays ? node : TextNode.valueOf(text);
  }

  private static void turnedAway(
      List<ObjectNode> pairs, int count, Producer producer, Why why, Duration within) {
    for (int i = 0; i < count; i++) {
      int number = pairs.size();
      ObjectNode pair = read("rejected");
      String caption = caption(why, number);
      String measured = why.equals(IS_FILE_NAME) ? caption : why.measured();
      pair.put("reason", why.reason().name())
          .put("detail", why.detail())
          .put("measured", measured)
          .put("limit", why.limit())
          .put("remedy", why.reason().remedy())
          .put("caption", caption)
          .put("caption_before", caption);
      pair.put("step", why.step());
      if (why.equals(IS_TOO_SMALL)) {
        ((ObjectNode) pair.get("original")).put("width", 80).put("height", 60).put("bytes", 7680);
      }
      place(pair, number, producer, within.multipliedBy(i + 1).dividedBy(count + 1), "quarantine");
      if (why.equals(IS_NO_IMAGE)) {
        pair.putNull("picture");
        pair.putObject("original")
            .put("bytes", 4_312)
            .put("media_type", "text/html")
            .putNull("picture");
      }
      pairs.add(pair);
    }
  }

  private static String caption(Why why, int number) {
    if (why.equals(IS_FILE_NAME)) {
      return "IMG_" + (2041 + number) + ".jpg";
    }
    if (why.equals(IS_TOO_SHORT)) {
      return List.of("boat", "nice!", "photo").get(number % 3);
    }
    if (why.equals(HAS_LINK)) {
      return DrawnScenes.caption(number) + " see https://shop.example/" + number;
    }
    return DrawnScenes.caption(number);
  }

  private static void accepted(
      List<ObjectNode> pairs, int count, Producer producer, Duration within) {
    for (int i = 0; i < count; i++) {
      int number = pairs.size();
      boolean isLong = producer.equals(ARCHIVE) && i == LIGHTHOUSE;
      String drawn = DrawnScenes.caption(number);
      String after = isLong ? LONG_CAPTION : drawn + " & more";
      String standing = i % 10 == 3 ? "VALIDATION" : i % 10 == 7 ? "TEST" : "TRAINING";
      ObjectNode pair = read("accepted");
      pair.put("standing", standing)
          .put("split", standing)
          .put("fold", number % 10)
          .put("caption", after)
          .put("caption_before", isLong ? after : "  " + drawn.replace("A ", "A  ") + " &amp; more")
          .put("caption_after", after);
      ((ObjectNode) pair.get("model")).put("picture", "/v1/pictures/pairs.training/0/" + number);
      tokens(pair.putArray("tokens"), after);
      place(
          pair,
          number,
          producer,
          within.multipliedBy(i + 1).dividedBy(count + 1),
          standing.toLowerCase(Locale.ROOT));
      pairs.add(pair);
    }
  }

  private static void tokens(ArrayNode tokens, String caption) {
    for (String word : caption.split("(?=[ .,&])", -1)) {
      if (!word.isEmpty()) {
        int id = 320 + Math.floorMod(word.hashCode(), 40_000);
        boolean isCut = tokens.size() >= TOKEN_LIMIT;
        tokens.addObject().put("id", id).put("text", word).put("cut", isCut);
      }
    }
  }

  /** Whose it is, when it was decided, and on which topics it came and went. */
  private static void place(
      ObjectNode pair, int number, Producer producer, Duration ago, String output) {
    Instant decided = NOW.minus(ago);
    Instant received = decided.minusMillis(840 + number % 90);
    String digest = String.format("%08x", number * 2_654_435_761L & 0xffffffffL);
    String raw = producer.equals(WEB) ? "scraped" : "crowdsourced";
    String picture = "/v1/pictures/pairs.crowdsourced/0/" + number;
    pair.put("id", (digest + "9d41c0be77a3").repeat(2).substring(0, 32))
        .put("image_digest", digest.repeat(8))
        .put("language", number % 7 == 5 ? "zh" : "en")
        .put("source_kind", producer.kind())
        .put("contributor", producer.name())
        .put("url", producer.equals(WEB) ? "https://pictures.example/album/" + number + ".jpg" : "")
        .put("licence", producer.licence())
        .put("received_at", time(received))
        .put("decided_at", time(decided))
        .put("picture", picture);
    ((ObjectNode) pair.get("original")).put("picture", picture);
    pair.putObject("origin")
        .put("topic", "pairs." + raw)
        .put("partition", number % 4)
        .put("offset", 1000 + number);
    ArrayNode journey = pair.putArray("journey");
    stop(journey, "received", received).putNull("partition").putNull("offset");
    stop(journey, raw, received.plusMillis(4))
        .put("partition", number % 4)
        .put("offset", 1000 + number)
        .put("seconds_since_previous", 0.004);
    stop(journey, output, decided)
        .put("partition", 0)
        .put("offset", number)
        .put("seconds_since_previous", 0.836);
  }

  private static ObjectNode stop(ArrayNode journey, String place, Instant at) {
    return journey.addObject().put("place", place).put("at", time(at));
  }

  private static ObjectNode madeUpProfile() {
    ObjectNode profile = read("profile");
    return profile.put("since", NOW.minus(Duration.ofDays(9)).toString());
  }

  private static List<ObjectNode> someActions() {
    List<ObjectNode> actions = new ArrayList<>();
    for (JsonNode action : json("actions")) {
      Duration ago = Duration.ofMinutes(((ObjectNode) action).remove("minutes_ago").asLong());
      actions.add(((ObjectNode) action).put("done_at", time(NOW.minus(ago))));
    }
    return actions;
  }

  private static ObjectNode read(String name) {
    return (ObjectNode) json(name);
  }

  private static JsonNode json(String name) {
    try (InputStream file =
        ScriptedPairs.class.getResourceAsStream("/dashboard/" + name + ".json")) {
      return JSON.readTree(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

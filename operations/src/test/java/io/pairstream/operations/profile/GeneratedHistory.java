package io.pairstream.operations.profile;

import io.pairstream.operations.catalogue.Sent;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Receipt;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;

/**
 * A seeded history of a data set: pairs that are accepted, turned away, judged again, sent twice,
 * withdrawn. Beside the records it keeps what a plain count of the pairs' fates comes to.
 */
final class GeneratedHistory {

  static final List<PairStatus> SPLITS =
      List.of(PairStatus.TRAINING, PairStatus.TRAINING, PairStatus.VALIDATION, PairStatus.TEST);

  private static final List<String> CONTRIBUTORS =
      List.of("museum", "archive", "a/b", "", "<script>", "\u001b[31mred", "档案馆", "zoo");
  private static final List<String> KINDS =
      List.of("CROWDSOURCED", "SCRAPED", "IMPORTED", "SYNTHETIC", "ALIEN");
  private static final List<String> LICENCES = List.of("CC-BY-4.0", "CC0-1.0", "", "own / terms");
  private static final List<String> REASONS =
      List.of("IMAGE_TOO_SMALL", "CAPTION_TOO_SHORT", "IMAGE_BLURRED");
  private static final List<String> WORDS =
      List.of("dog", "cat", "sofa", "harbour", "bridge", "lantern", "snow", "bicycle", "orchard");

  /**
   * One record, in the lane of its topic.
   *
   * @param value null for a tombstone
   * @param raw what a rejected pair came as; null where that is not known
   */
  record Event(String lane, String key, SpecificRecord value, RawPair raw) {}

  /** What a pair has come to. */
  private record Fate(Optional<PreparedPair> accepted, Optional<Refused> refused) {}

  private record Refused(String kind, String contributor, String reason) {}

  private final Random random;
  private final List<Event> events = new ArrayList<>();
  private final List<Fate> fates = new ArrayList<>();
  private final Map<String, Set<String>> wordsOf = new HashMap<>();
  private final Map<String, Long> copies = new TreeMap<>();
  private int withdrawn;
  private long offset;

  GeneratedHistory(long seed, int pairs) {
    random = new Random(seed);
    List<List<Event>> stories = new ArrayList<>();
    for (int i = 0; i < pairs; i++) {
      stories.add(story(String.format("%032x", (seed << 32) + i)));
    }
    interleave(stories);
  }

  /** All records, those of one key on one topic in order, and otherwise in none. */
  List<Event> events() {
    return events;
  }

  private List<Event> story(String id) {
    List<Event> story = new ArrayList<>();
    PreparedPair pair = pair(id);
    Refused first = refused();
    switch (random.nextInt(20)) {
      case 0 -> { // turned away, and accepted under other rules
        story.add(reject(id, first));
        story.add(accept(pair));
        fates.add(new Fate(Optional.of(pair), Optional.of(first)));
      }
      case 1 -> { // accepted, and turned away at the gate when it came again
        story.add(accept(pair));
        story.add(reject(id, first));
        fates.add(new Fate(Optional.of(pair), Optional.of(first)));
      }
      case 2 -> { // turned away twice
        Refused second = refused();
        story.add(reject(id, first));
        story.add(reject(id, second));
        fates.add(new Fate(Optional.empty(), Optional.of(second)));
      }
      case 3 -> { // withdrawn
        story.add(accept(pair));
        story.add(receipt(id, PairStatus.TRAINING));
        story.add(tombstone(pair));
        story.add(receipt(id, PairStatus.WITHDRAWN));
        withdrawn++;
      }
      case 4 -> { // taken out, and nobody says why; it had been turned away before
        story.add(reject(id, first));
        story.add(accept(pair));
        story.add(tombstone(pair));
        fates.add(new Fate(Optional.empty(), Optional.of(first)));
      }
      case 5 -> { // accepted again with other words
        PreparedPair other =
            PreparedPair.newBuilder(pair)
                .setLicence("another")
                .setContributor("museum")
                .setTruncated(!pair.getTruncated())
                .build();
        story.add(accept(pair));
        story.add(accept(other));
        fates.add(new Fate(Optional.of(other), Optional.empty()));
      }
      case 6, 7, 8, 9 -> {
        story.add(reject(id, first));
        fates.add(new Fate(Optional.empty(), Optional.of(first)));
      }
      case 10 -> { // nobody can read it
        String key = "crowdsourced-0-" + offset;
        QuarantinedPair unread =
            QuarantinedPair.newBuilder()
                .setReason("UNREADABLE_RECORD")
                .setOrigin(origin())
                .setQuarantinedAt(time())
                .build();
        story.add(new Event("quarantine", key, unread, null));
        fates.add(
            new Fate(
                Optional.empty(), Optional.of(new Refused("UNKNOWN", "", "UNREADABLE_RECORD"))));
      }
      default -> {
        story.add(accept(pair));
        story.add(receipt(id, PairStatus.valueOf(pair.getSplit())));
        fates.add(new Fate(Optional.of(pair), Optional.empty()));
        while (random.nextInt(4) == 0) {
          Refused copy = new Refused(any(KINDS), any(CONTRIBUTORS), "DUPLICATE_PAIR");
          story.add(reject(id, copy));
          copies.merge(named(copy.contributor()), 1L, Long::sum);
        }
      }
    }
    return story;
  }

  private PreparedPair pair(String id) {
    Set<String> words = new LinkedHashSet<>();
    StringBuilder caption = new StringBuilder("The");
    for (int i = random.nextInt(12); i >= 0; i--) {
      String word = any(WORDS);
      words.add(word);
      caption.append(random.nextBoolean() ? " and the " : ", ").append(word);
    }
    wordsOf.put(caption.toString(), words);
    int tokens = 1 + random.nextInt(300);
    Map<String, Double> measures = new HashMap<>();
    measures.put("original_width_px", (double) logUniform(16, 20_000));
    measures.put("original_height_px", (double) logUniform(16, 20_000));
    measures.put("original_bytes", (double) logUniform(500, 9_000_000));
    measures.put("caption_tokens", (double) tokens);
    if (random.nextBoolean()) {
      measures.put("sharpness", (double) logUniform(1, 30_000));
    }
    return PreparedPair.newBuilder()
        .setPairId(id)
        .setCaption(caption.toString())
        .setLanguage(any(List.of("en", "en-GB", "und")))
        .setTokenizer("gpt2")
        .setTokenCount(Math.min(77, tokens))
        .setTruncated(tokens > 77)
        .setMeasures(measures)
        .setSplit(any(SPLITS).name())
        .setFold(random.nextInt(5))
        .setSourceKind(any(KINDS))
        .setContributor(any(CONTRIBUTORS))
        .setLicence(any(LICENCES))
        .setMediaType(any(List.of("image/jpeg", "image/png")))
        .setRecipeVersion("r1")
        .setOrigin(origin())
        .setPreparedAt(time())
        .build();
  }

  private long logUniform(long least, long most) {
    return Math.round(least * Math.exp(random.nextDouble() * Math.log((double) most / least)));
  }

  private Refused refused() {
    return new Refused(any(KINDS), any(CONTRIBUTORS), any(REASONS));
  }

  private static Event accept(PreparedPair pair) {
    return new Event(pair.getSplit(), pair.getPairId(), pair, null);
  }

  private static Event tombstone(PreparedPair pair) {
    return new Event(pair.getSplit(), pair.getPairId(), null, null);
  }

  private static Event receipt(String id, PairStatus standing) {
    Receipt receipt = Receipt.newBuilder().setPairId(id).setStanding(standing.name()).build();
    return new Event("receipts", id, receipt, null);
  }

  private Event reject(String id, Refused refused) {
    RawPair raw =
        RawPair.newBuilder()
            .setCaption("a refused one")
            .setSourceKind(refused.kind())
            .setContributor(refused.contributor())
            .build();
    QuarantinedPair pair =
        QuarantinedPair.newBuilder()
            .setPairId(id)
            .setReason(refused.reason())
            .setOrigin(origin())
            .setQuarantinedAt(time())
            .build();
    return new Event("quarantine", id, pair, raw);
  }

  static Sent sent(RawPair raw) {
    return new Sent(
        raw.getCaption(),
        raw.getLanguage(),
        raw.getSourceKind(),
        raw.getContributor(),
        raw.getUrl(),
        raw.getLicence(),
        raw.getMediaType(),
        0,
        raw.getReceivedAt());
  }

  /** Keeps the order of one key's records on one topic. */
  private void interleave(List<List<Event>> stories) {
    Map<String, Deque<Event>> lanes = new LinkedHashMap<>();
    for (List<Event> story : stories) {
      for (Event event : story) {
        lanes.computeIfAbsent(event.lane() + event.key(), u -> new ArrayDeque<>()).add(event);
      }
    }
    List<Deque<Event>> left = new ArrayList<>(lanes.values());
    while (!left.isEmpty()) {
      int at = random.nextInt(left.size());
      events.add(left.get(at).remove());
      if (left.get(at).isEmpty()) {
        left.set(at, left.get(left.size() - 1));
        left.remove(left.size() - 1);
      }
    }
  }

  private Origin origin() {
    return new Origin("crowdsourced", 0, offset++);
  }

  private Instant time() {
    return Instant.ofEpochMilli(1_700_000_000_000L + offset);
  }

  private <T> T any(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  private static String named(String text) {
    return text.isEmpty() ? "(none)" : text;
  }

  private static String kind(String name) {
    return name.equals("ALIEN") ? "UNKNOWN" : name;
  }

  // What a plain count comes to.

  /** Accepted pairs that a question asks for. */
  private List<PreparedPair> asked(ProfileQuestion question) {
    return fates.stream()
        .flatMap(fate -> fate.accepted().stream())
        .filter(p -> question.split().map(s -> s.name().equals(p.getSplit())).orElse(true))
        .filter(p -> isOf(p.getSourceKind(), question))
        .toList();
  }

  private static boolean isOf(String kind, ProfileQuestion question) {
    return question.sourceKind().map(kind(kind)::equals).orElse(true);
  }

  private List<Refused> turnedAway(ProfileQuestion question) {
    return fates.stream()
        .filter(fate -> fate.accepted().isEmpty())
        .flatMap(fate -> fate.refused().stream())
        .filter(refused -> isOf(refused.kind(), question))
        .toList();
  }

  long pairs(ProfileQuestion question) {
    return asked(question).size();
  }

  /** The counts of {@link ProfileReport}, by name and value. */
  Map<String, Map<String, Long>> counts(ProfileQuestion question) {
    Map<String, Map<String, Long>> counts = new TreeMap<>();
    for (PreparedPair pair : asked(question)) {
      one(counts, "split", pair.getSplit());
      one(counts, "source_kind", kind(pair.getSourceKind()));
      one(counts, "licence", named(pair.getLicence()));
      one(counts, "language", pair.getLanguage());
      one(counts, "media_type", pair.getMediaType());
      one(counts, "fold", String.valueOf(pair.getFold()));
      one(counts, "recipe_version", "r1");
      double aspect =
          pair.getMeasures().get("original_width_px")
              / pair.getMeasures().get("original_height_px");
      one(
          counts,
          "orientation",
          aspect < 0.95 ? "portrait" : aspect > 1.05 ? "landscape" : "square");
    }
    for (PreparedPair pair : asked(new ProfileQuestion(Optional.empty(), question.sourceKind()))) {
      one(counts, "standing", pair.getSplit());
    }
    for (Refused refused : turnedAway(question)) {
      one(counts, "standing", "QUARANTINED");
      one(counts, "reason", refused.reason());
    }
    if (isOf("UNKNOWN", question)) {
      counts.get("standing").put("WITHDRAWN", (long) withdrawn);
    }
    return counts;
  }

  Map<String, Long> words(ProfileQuestion question) {
    Map<String, Long> counts = new TreeMap<>();
    asked(question)
        .forEach(
            pair -> wordsOf.get(pair.getCaption()).forEach(w -> counts.merge(w, 1L, Long::sum)));
    return counts;
  }

  long truncated(ProfileQuestion question) {
    return asked(question).stream().filter(PreparedPair::getTruncated).count();
  }

  /** Pairs whose value of a measure lies from {@code from} up to, not including, {@code to}. */
  long between(ProfileQuestion question, String histogram, double from, double to) {
    return asked(question).stream()
        .map(pair -> value(pair, histogram))
        .filter(value -> !value.isNaN() && value >= from && value < to)
        .count();
  }

  private static Double value(PreparedPair pair, String histogram) {
    Map<String, Double> measures = pair.getMeasures();
    return switch (histogram) {
      case "width" -> measures.get("original_width_px");
      case "height" -> measures.get("original_height_px");
      case "aspect" -> measures.get("original_width_px") / measures.get("original_height_px");
      case "bytes" -> measures.get("original_bytes");
      case "sharpness" -> measures.getOrDefault("sharpness", Double.NaN);
      case "caption_characters" -> (double) pair.getCaption().length();
      case "token_count" -> measures.get("caption_tokens");
      default -> throw new IllegalArgumentException("nobody counts " + histogram);
    };
  }

  /** For each contributor: accepted, rejected, copies, all kinds of source together. */
  Map<String, List<Long>> producers() {
    Map<String, List<Long>> sums = new TreeMap<>();
    fates.forEach(
        fate -> {
          fate.accepted().ifPresent(p -> add(sums, named(p.getContributor()), 0, 1));
          if (fate.accepted().isEmpty()) {
            fate.refused().ifPresent(r -> add(sums, named(r.contributor()), 1, 1));
          }
        });
    copies.forEach((name, count) -> add(sums, name, 2, count));
    return sums;
  }

  private static void add(Map<String, List<Long>> sums, String name, int at, long count) {
    List<Long> list = sums.computeIfAbsent(name, unused -> new ArrayList<>(List.of(0L, 0L, 0L)));
    list.set(at, list.get(at) + count);
  }

  private static void one(Map<String, Map<String, Long>> counts, String name, String value) {
    counts.computeIfAbsent(name, unused -> new TreeMap<>()).merge(value, 1L, Long::sum);
  }
}

package io.pairstream.chaos.verify;

import io.pairstream.chaos.load.SentKind;
import io.pairstream.chaos.load.SentPair;
import io.pairstream.chaos.load.Site;
import io.pairstream.chaos.verify.Input.Pair;
import io.pairstream.cleaning.plan.CleaningPlan;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.schemas.wire.Topic;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.utils.Utils;

/** The records on the four output topics: whether each is what its raw record had to become. */
final class Outputs {

  /** Fields that a picture decides, so that all its outputs have them alike. */
  private static final List<String> PIXELS =
      List.of(
          "image",
          "image_encoding",
          "width",
          "height",
          "perceptual_hash",
          "media_type",
          "picture_group");

  /** The step of pairs that waited: their bytes stay on the raw topic alone. */
  private static final String LOOKED_UP = "near-copies";

  private static final String DUPLICATE = "DUPLICATE_PAIR";

  private final Reading reading;
  private final Inputs inputs;
  private final Verdict verdict;
  private final CleaningPlan plan;
  private final Map<Site, String> origins = new LinkedHashMap<>();

  /** The first output of each picture, of however many files. */
  private final Map<String, Site> images = new HashMap<>();

  private final Map<String, Map<String, Object>> pictures = new HashMap<>();

  /** The step of the first output of each reason. */
  private final Map<String, String> steps = new HashMap<>();

  /**
   * @param plan of the recipe under which the raw records were prepared
   */
  Outputs(Reading reading, Inputs inputs, Verdict verdict, CleaningPlan plan) {
    this.reading = reading;
    this.inputs = inputs;
    this.verdict = verdict;
    this.plan = plan;
    reading.outputTopics().forEach(topic -> verdict.countOutput(topic, 0));
  }

  /** Origin that each output names, by the output's site. */
  Map<Site, String> origins() {
    return origins;
  }

  void take(ConsumerRecord<byte[], byte[]> record) {
    Site site = Site.of(record);
    verdict.countOutput(record.topic(), 1);
    origins.put(site, LiveReader.origin(record));
    if (!reading.isOnItsPartition(record)) {
      misplaced(site, "is on a partition that is not its key's");
    }
    switch (reading.outputTopics().indexOf(record.topic())) {
      case 0 -> read(record, reading.topics().training(), pair -> published(record, pair));
      case 1 -> read(record, reading.topics().validation(), pair -> published(record, pair));
      case 2 -> read(record, reading.topics().test(), pair -> published(record, pair));
      default -> read(record, reading.topics().quarantine(), pair -> quarantined(record, pair));
    }
  }

  private <T> void read(
      ConsumerRecord<byte[], byte[]> record, Topic<String, T> topic, Consumer<T> then) {
    Site site = Site.of(record);
    if (record.value() == null) {
      misplaced(site, "is a tombstone without a takedown");
      return;
    }
    Optional<T> value = reading.value(topic, record.value());
    if (value.isEmpty()) {
      misplaced(site, "cannot be read");
    }
    value.ifPresent(then);
  }

  private void published(ConsumerRecord<byte[], byte[]> record, PreparedPair pair) {
    Site site = Site.of(record);
    if (!pair.getSplit().equals(split(site))) {
      misplaced(site, "says split '%s' but is on %s", pair.getSplit(), site.topic());
    }
    if (!key(record).equals(pair.getPairId())) {
      misplaced(site, "has key '%s' but pair id '%s'", key(record), pair.getPairId());
    }
    Optional<Input> found = origin(record, pair.getOrigin());
    if (found.isEmpty()) {
      return;
    }
    Input input = found.get();
    Optional<SentKind> poison = input.sent.map(sent -> sent.kind()).filter(kind -> !kind.isGood());
    if (poison.isPresent()) {
      verdict.add(
          Breach.WRONG_REASON,
          "%s is published as %s; right is %s",
          input,
          site,
          poison.get().reason());
      return;
    }
    if (!isItself(site, input, pair.getPairId(), pair.getImageDigest())) {
      return;
    }
    input.pair.publishedFor.add(input);
    if (input.pair.publishedFor.size() > 1) {
      verdict.add(
          Breach.PAIR_TWICE, "pair %s is published for %s", input.pairId, input.pair.publishedFor);
    }
    Site first = images.putIfAbsent(input.picture, site);
    if (first != null && !first.topic().equals(site.topic())) {
      verdict.add(
          Breach.SPLIT_LEAK,
          "the picture of the image with digest %s is at %s and at %s",
          pair.getImageDigest(),
          first,
          site);
    }
    String right = plan.split().assign(pair.getPictureGroup()).split().name();
    if (!split(site).equals(right)) {
      misplaced(site, "has a picture that belongs in " + right);
    }
    differs(site, fields(pair, input.words.keySet()), input.words);
    verdict.noteVersion(pair.getRecipeVersion());
    Map<String, Object> pixels = fields(pair, PIXELS);
    Map<String, Object> others = pictures.putIfAbsent(input.picture, pixels);
    differs(site, pixels, others == null ? pixels : others);
  }

  private void quarantined(ConsumerRecord<byte[], byte[]> record, QuarantinedPair pair) {
    Site site = Site.of(record);
    String key =
        pair.getPairId().isEmpty() ? OriginHeader.text(pair.getOrigin()) : pair.getPairId();
    if (!key(record).equals(key)) {
      misplaced(site, "has key '%s' where '%s' belongs", key(record), key);
    }
    Optional<Input> found = origin(record, pair.getOrigin());
    if (found.isEmpty()) {
      return;
    }
    Input input = found.get();
    input.reason = pair.getReason();
    boolean unused = isItself(site, input, pair.getPairId(), pair.getImageDigest());
    input.sent.ifPresent(sent -> judge(site, input, sent.kind(), pair));
    Map<String, Object> right = new HashMap<>(input.original);
    if (pair.getStep().equals(LOOKED_UP)) {
      right.keySet().removeAll(List.of("key", "value"));
    } else {
      steps.putIfAbsent(pair.getReason(), pair.getStep());
      differs(site, Map.of("step", pair.getStep()), Map.of("step", steps.get(pair.getReason())));
    }
    verdict.noteVersion(pair.getRecipeVersion());
    Map<String, Object> original = new HashMap<>(input.original);
    original.put("key", pair.getKey());
    original.put("headers", pair.getHeaders());
    original.put("quarantined_at", pair.getQuarantinedAt());
    original.put(
        "value",
        SentPair.digest(
            pair.getValue() == null ? null : Utils.toArray(pair.getValue().duplicate())));
    String difference = difference(original, right);
    if (!difference.isEmpty()) {
      verdict.add(
          Breach.ORIGINAL_DAMAGED,
          "%s does not hold %s as it was sent: %s",
          site,
          input,
          difference);
    }
  }

  private void judge(Site site, Input input, SentKind kind, QuarantinedPair pair) {
    if (kind.isGood() && !pair.getReason().equals(DUPLICATE)) {
      verdict.add(
          Breach.GOOD_REJECTED,
          "%s is a good pair and is in quarantine (%s) for %s: %s",
          input,
          site,
          pair.getReason(),
          pair.getDetail());
    } else if (!kind.isGood() && !pair.getReason().equals(kind.reason())) {
      verdict.add(
          Breach.WRONG_REASON,
          "%s is in quarantine (%s) for %s; right is %s",
          input,
          site,
          pair.getReason(),
          kind.reason());
    }
  }

  /** The raw record that an output names, if there is one; notes that it has an output. */
  private Optional<Input> origin(ConsumerRecord<byte[], byte[]> record, Origin origin) {
    Site site = Site.of(record);
    String named = OriginHeader.text(origin);
    if (!LiveReader.origin(record).equals(named)) {
      misplaced(site, "names %s, but its header %s", named, LiveReader.origin(record));
    }
    Optional<Input> input = inputs.at(Site.of(origin));
    if (input.isEmpty()) {
      verdict.add(Breach.STRANGER, "%s names %s, where there is no raw record", site, named);
    } else if (input.get().output == null) {
      input.get().output = site;
    } else {
      verdict.add(
          Breach.TWICE, "%s left as %s and again as %s", input.get(), input.get().output, site);
    }
    return input;
  }

  private boolean isItself(Site site, Input input, String pairId, String imageDigest) {
    if (!pairId.equals(input.pairId)) {
      misplaced(site, "is pair '%s', but %s is '%s'", pairId, input, input.pairId);
    } else if (!imageDigest.equals(input.imageDigest)) {
      misplaced(site, "has another image than %s", input);
    } else {
      return true;
    }
    return false;
  }

  /** After all outputs: finds raw records that have none, and good pairs of which none is there. */
  void check() {
    for (Input input : inputs.all()) {
      if (input.output == null) {
        verdict.add(Breach.NO_OUTPUT, "%s has no output", input);
      }
    }
    for (Pair pair : inputs.pairs()) {
      if (pair.isGood()
          && pair.publishedFor.isEmpty()
          && pair.inputs.stream().anyMatch(input -> input.reason.equals(DUPLICATE))) {
        verdict.add(
            Breach.GOOD_REJECTED,
            "%s is in quarantine as a copy, and the pair is published nowhere",
            pair.inputs);
      }
    }
  }

  private void differs(Site site, Map<String, Object> found, Map<String, Object> right) {
    String difference = difference(found, right);
    if (!difference.isEmpty()) {
      verdict.add(Breach.CONTENT, "%s: %s", site, difference);
    }
  }

  private void misplaced(Site site, String what, Object... values) {
    verdict.add(Breach.MISPLACED, "%s %s", site, String.format(Locale.ROOT, what, values));
  }

  /** Differences from the right fields, one by one; empty where there is none. */
  static String difference(Map<String, Object> found, Map<String, Object> right) {
    return right.keySet().stream()
        .filter(name -> !Objects.equals(found.get(name), right.get(name)))
        .map(name -> name + " is '" + found.get(name) + "' where '" + right.get(name) + "' belongs")
        .sorted()
        .collect(Collectors.joining(", "));
  }

  private static Map<String, Object> fields(SpecificRecord record, Collection<String> names) {
    Map<String, Object> fields = new HashMap<>();
    names.forEach(name -> fields.put(name, record.get(record.getSchema().getField(name).pos())));
    return fields;
  }

  /** Name of the split whose topic it is. */
  static String split(Site site) {
    return site.topic().substring(site.topic().lastIndexOf('.') + 1).toUpperCase(Locale.ROOT);
  }

  private static String key(ConsumerRecord<byte[], byte[]> record) {
    return record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
  }
}

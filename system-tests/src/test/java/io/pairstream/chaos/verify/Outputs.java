package io.pairstream.chaos.verify;

import io.pairstream.chaos.load.SentKind;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.topics.Topic;
import io.pairstream.schemas.wire.OriginHeader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** The records on the four output topics: whether each is what its raw record had to become. */
final class Outputs {

  private final Values values;
  private final Preparation preparation;
  private final Inputs inputs;
  private final Breaches breaches;
  private final List<String> topics;
  private final Map<String, Integer> partitions = new HashMap<>();
  private final Map<String, Long> counts = new LinkedHashMap<>();

  /** The topic on which each image was published first, by its digest. */
  private final Map<String, String> images = new HashMap<>();

  /** Pixels by source picture; the images of the load differ in a comment beside them. */
  private final Alike<String, Fields> pictures = new Alike<>();

  /** Steps by the reason for which they rejected records. */
  private final Alike<RejectReason, String> steps = new Alike<>();

  /**
   * @param topics of training, validation, test and quarantine, in this order
   * @param all partitions of these topics
   */
  Outputs(
      Values values,
      Preparation preparation,
      Inputs inputs,
      Breaches breaches,
      List<String> topics,
      List<TopicPartition> all) {
    this.values = values;
    this.preparation = preparation;
    this.inputs = inputs;
    this.breaches = breaches;
    this.topics = topics;
    topics.forEach(topic -> counts.put(topic, 0L));
    all.forEach(partition -> partitions.merge(partition.topic(), 1, Integer::sum));
  }

  void take(ConsumerRecord<byte[], byte[]> record) {
    Site site = Site.of(record);
    counts.merge(record.topic(), 1L, Long::sum);
    PairTopics typed = values.topics();
    if (!Values.isOnItsPartition(record, partitions.get(record.topic()))) {
      misplaced(site, "is on a partition that is not its key's");
    }
    switch (topics.indexOf(record.topic())) {
      case 0 -> published(record, site, typed.training());
      case 1 -> published(record, site, typed.validation());
      case 2 -> published(record, site, typed.test());
      default -> quarantined(record, site, typed.quarantine());
    }
  }

  private void removed(ConsumerRecord<byte[], byte[]> record, Site site) {
    misplaced(site, "is a tombstone, and nobody asked for a removal");
    inputs
        .pair(key(record))
        .filter(pair -> pair.publications == 1 && pair.publishedOn.equals(record.topic()))
        .ifPresent(
            pair -> {
              pair.publishedFor.output = null;
              pair.publications = 0;
            });
  }

  private <T> Optional<T> read(
      ConsumerRecord<byte[], byte[]> record, Site site, Topic<String, T> topic) {
    if (record.value() == null) {
      removed(record, site);
      return Optional.empty();
    }
    Values.Read<T> read = values.read(topic, record.value());
    if (read.found().isEmpty()) {
      misplaced(site, "cannot be read: " + read.why());
    }
    return read.found();
  }

  private void published(
      ConsumerRecord<byte[], byte[]> record, Site site, Topic<String, PreparedPair> topic) {
    read(record, site, topic).ifPresent(pair -> published(record, site, pair));
  }

  private void published(ConsumerRecord<byte[], byte[]> record, Site site, PreparedPair pair) {
    if (!pair.getSplit().equals(split(record.topic()))) {
      misplaced(site, "says split '" + pair.getSplit() + "' but is on " + record.topic());
    }
    if (!key(record).equals(pair.getPairId())) {
      misplaced(site, "has key '" + key(record) + "' but pair id '" + pair.getPairId() + "'");
    }
    Fields says =
        Receipts.said(
            pair.getPairId(), pair.getImageDigest(), "", "", "", "", pair.getPreparedAt());
    Optional<Input> origin = origin(record, site, pair.getOrigin(), says);
    if (origin.isEmpty()) {
      return;
    }
    Input input = origin.get();
    Optional<SentKind> poison = input.kind().filter(kind -> !kind.isGood());
    if (poison.isPresent()) {
      breaches.add(
          Breach.POISON_PUBLISHED,
          input + " is published as " + site + "; right is " + poison.get().reasons());
      return;
    }
    if (input.pair.isEmpty() || !input.pairId().equals(pair.getPairId())) {
      isAnotherPair(site, pair.getPairId(), input);
      return;
    }
    Pair known = input.pair.get();
    known.publications++;
    if (known.publications > 1) {
      breaches.add(
          Breach.PAIR_TWICE,
          "pair "
              + known.id
              + " is published for "
              + known.publishedFor.at
              + " and for "
              + input.at);
    }
    known.publishedFor = input;
    known.publishedOn = record.topic();
    image(site, input, pair);
    content(site, input, pair);
  }

  /** Whether a published pair says what its raw record decides; notes what its picture holds. */
  private void content(Site site, Input input, PreparedPair pair) {
    RawFacts facts = input.facts.orElseThrow();
    Fields words = Preparation.words(pair);
    String difference =
        facts.words().map(words::differenceFrom).orElse("that one has a caption that is rejected");
    if (!difference.isEmpty()) {
      differs(site, "does not say what " + input + " decides: " + difference);
    }
    pictures.add(facts.picture(), Preparation.pixels(pair), site);
  }

  private void image(Site site, Input input, PreparedPair pair) {
    if (!pair.getImageDigest().equals(input.imageDigest)) {
      misplaced(site, "has another image than " + input);
      return;
    }
    String right = preparation.splitOf(pair.getImageDigest());
    if (!split(site.topic()).equals(right)) {
      misplaced(site, "has an image that belongs in " + right);
    }
    String first = images.putIfAbsent(pair.getImageDigest(), site.topic());
    if (first != null && !first.equals(site.topic())) {
      breaches.add(
          Breach.SPLIT_LEAK,
          "the image with digest "
              + pair.getImageDigest()
              + " is on "
              + site.topic()
              + " ("
              + site
              + ") and on "
              + first);
    }
  }

  private void quarantined(
      ConsumerRecord<byte[], byte[]> record, Site site, Topic<String, QuarantinedPair> topic) {
    read(record, site, topic).ifPresent(pair -> quarantined(record, site, pair));
  }

  private void quarantined(ConsumerRecord<byte[], byte[]> record, Site site, QuarantinedPair pair) {
    String expected =
        pair.getPairId().isEmpty() ? OriginHeader.text(pair.getOrigin()) : pair.getPairId();
    if (!key(record).equals(expected)) {
      misplaced(site, "has key '" + key(record) + "' where '" + expected + "' belongs");
    }
    Fields says =
        Receipts.said(
            pair.getPairId(),
            pair.getImageDigest(),
            pair.getReason(),
            pair.getDetail(),
            pair.getMeasured(),
            pair.getLimit(),
            pair.getQuarantinedAt());
    Optional<Input> origin = origin(record, site, pair.getOrigin(), says);
    if (origin.isEmpty()) {
      return;
    }
    Input input = origin.get();
    Optional<RejectReason> reason = RejectReason.named(pair.getReason());
    if (reason.isEmpty()) {
      breaches.add(
          Breach.WRONG_REASON,
          input
              + " is in quarantine ("
              + site
              + ") for '"
              + pair.getReason()
              + "', which is no reason");
      return;
    }
    input.reason = reason;
    if (input.kind().isPresent() && !pair.getPairId().equals(input.pairId())) {
      isAnotherPair(site, pair.getPairId(), input);
    }
    if (!pair.getImageDigest().equals(input.imageDigest)) {
      misplaced(site, "has another image than " + input);
    }
    judge(site, input, reason.get(), pair);
    String version = preparation.recipeVersion();
    if (!pair.getRecipeVersion().equals(version)) {
      differs(
          site,
          "says recipe_version is '"
              + pair.getRecipeVersion()
              + "' where '"
              + version
              + "' belongs");
    }
    steps.add(reason.get(), pair.getStep(), site);
    original(site, input, pair);
  }

  /** Whether a rejected record is there as it was sent. */
  private void original(Site site, Input input, QuarantinedPair pair) {
    RawFacts facts = input.facts.orElseThrow();
    Fields found =
        RawFacts.frame(
                pair.getKey(),
                pair.getHeaders().stream()
                    .map(header -> RawFacts.header(header.getKey(), header.getValue()))
                    .toList(),
                pair.getQuarantinedAt())
            .with("value", RawFacts.digest(bytes(pair.getValue())));
    Fields right = facts.frame().and(new Fields().with("value", facts.valueDigest()));
    String difference = found.differenceFrom(right);
    if (!difference.isEmpty()) {
      breaches.add(
          Breach.ORIGINAL_DAMAGED,
          site + " does not hold " + input + " as it was sent: " + difference);
    }
  }

  private void judge(Site site, Input input, RejectReason reason, QuarantinedPair pair) {
    Optional<SentKind> kind = input.kind();
    if (kind.isEmpty()) {
      return; // a stranger, which is said already
    }
    if (kind.get().isGood()) {
      if (reason != RejectReason.DUPLICATE_PAIR) {
        breaches.add(
            Breach.GOOD_REJECTED,
            input
                + " is a good pair and is in quarantine ("
                + site
                + ") for "
                + reason
                + ": "
                + pair.getDetail());
      }
    } else if (!kind.get().reasons().contains(reason)) {
      breaches.add(
          Breach.WRONG_REASON,
          input
              + " is in quarantine ("
              + site
              + ") for "
              + reason
              + "; right is "
              + kind.get().reasons());
    }
  }

  /** The raw record that an output names, if there is one; notes that it has an output. */
  private Optional<Input> origin(
      ConsumerRecord<byte[], byte[]> record, Site site, Origin named, Fields says) {
    Optional<Input> input = inputs.at(Site.of(named));
    if (input.isEmpty()) {
      breaches.add(
          Breach.STRANGER,
          site + " names " + OriginHeader.text(named) + ", where there is no raw record");
      return input;
    }
    String header =
        OriginHeader.read(record.headers()).map(OriginHeader::text).orElse("no coordinates");
    if (!header.equals(OriginHeader.text(named))) {
      misplaced(site, "names " + OriginHeader.text(named) + ", but its header " + header);
    }
    if (input.get().output != null) {
      breaches.add(
          Breach.TWICE, input.get() + " left as " + input.get().output + " and again as " + site);
      input.get().said = Optional.empty();
    } else {
      input.get().output = site;
      input.get().said = Optional.of(says);
    }
    return input;
  }

  /** After all outputs: finds raw records that have none, and good pairs of which none is there. */
  void checkAllLeft() {
    for (Input input : inputs.all()) {
      if (input.output == null) {
        breaches.add(Breach.NO_OUTPUT, input + " has no output");
      }
    }
    for (Pair pair : inputs.pairs()) {
      if (pair.good
          && pair.publications == 0
          && pair.heldBy.reason.filter(RejectReason.DUPLICATE_PAIR::equals).isPresent()) {
        breaches.add(
            Breach.GOOD_REJECTED,
            pair.heldBy
                + " is in quarantine as a copy, and pair "
                + pair.id
                + " is published nowhere");
      }
    }
    steps.odd(
        (site, step, rightSite, right) ->
            differs(
                site,
                "says step is '"
                    + step
                    + "' where '"
                    + right
                    + "' belongs, as of the same reason at "
                    + rightSite));
    pictures.odd(
        (site, pixels, rightSite, right) ->
            differs(
                site,
                "does not hold what "
                    + rightSite
                    + " holds of the same picture: "
                    + pixels.differenceFrom(right)));
  }

  /** Records by topic. */
  Map<String, Long> counts() {
    return counts;
  }

  private void isAnotherPair(Site site, String pairId, Input input) {
    misplaced(
        site,
        "is pair '"
            + pairId
            + "', but "
            + input
            + " is "
            + (input.pair.isEmpty() ? "none" : input.pairId()));
  }

  private void differs(Site site, String what) {
    breaches.add(Breach.CONTENT, site + " " + what);
  }

  private void misplaced(Site site, String what) {
    breaches.add(Breach.MISPLACED, site + " " + what);
  }

  /** Name of the split whose topic it is. */
  static String split(String topic) {
    return topic.substring(topic.lastIndexOf('.') + 1).toUpperCase(Locale.ROOT);
  }

  private static String key(ConsumerRecord<byte[], byte[]> record) {
    return record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
  }

  private static byte[] bytes(ByteBuffer buffer) {
    if (buffer == null) {
      return null;
    }
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }
}

package io.pairstream.chaos.verify;

import io.pairstream.chaos.load.SentKind;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.topics.Topic;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.service.Cluster;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** The records on the four doors: whether each is what its raw record had to become. */
final class Outputs {

  private static final Codes<RejectReason> REASONS = Codes.of(RejectReason.values());
  private static final int QUARANTINE = 3;

  private final Cluster cluster;
  private final Values values;
  private final Preparation preparation;
  private final Partitions partitions;
  private final Coordinates coordinates;
  private final Inputs inputs;
  private final Pairs pairs;
  private final Breaches breaches;
  private final List<String> doors;
  private final Sites sites;
  private final long[] counts = new long[QUARANTINE + 1];

  /**
   * Digests of pixels by source picture; the images of the load differ in a comment beside them.
   */
  private final Alike<Long, Long> pictures = new Alike<>();

  /** Steps by the reason for which they turned records away. */
  private final Alike<RejectReason, String> steps = new Alike<>();

  /** Per raw partition and offset, the site of its first output. */
  private final List<LongColumn> left = new ArrayList<>();

  /** Per raw partition and offset, the reason. */
  private final List<LongColumn> reasons = new ArrayList<>();

  /** Per raw partition and offset, a digest of what its only output says and its receipt must. */
  private final List<LongColumn> said = new ArrayList<>();

  /**
   * @param doors topics of the four doors; quarantine is the last
   * @param partitions of these topics
   */
  Outputs(
      Cluster cluster,
      Values values,
      Preparation preparation,
      Partitions partitions,
      Coordinates coordinates,
      Inputs inputs,
      Pairs pairs,
      Breaches breaches,
      List<String> doors) {
    this.cluster = cluster;
    this.values = values;
    this.preparation = preparation;
    this.partitions = partitions;
    this.coordinates = coordinates;
    this.inputs = inputs;
    this.pairs = pairs;
    this.breaches = breaches;
    this.doors = doors;
    this.sites = new Sites(doors);
    coordinates
        .partitions()
        .forEach(
            partition -> {
              left.add(new LongColumn());
              reasons.add(new LongColumn());
              said.add(new LongColumn());
            });
  }

  void take(ConsumerRecord<byte[], byte[]> record) {
    int door = doors.indexOf(record.topic());
    counts[door]++;
    String site = Sites.text(record);
    if (!partitions.isRight(record)) {
      misplaced(site, "is on a partition that is not its key's");
    }
    if (record.value() == null) {
      removed(record, site, door);
    } else if (door == QUARANTINE) {
      read(values.topics().quarantine(), record, site)
          .ifPresent(pair -> quarantined(record, site, pair));
    } else {
      read(splitTopic(door), record, site).ifPresent(pair -> published(record, site, door, pair));
    }
  }

  private void removed(ConsumerRecord<byte[], byte[]> record, String site, int door) {
    misplaced(site, "is a tombstone, and nobody asked for a removal");
    int pair = pairs.find(key(record));
    if (pair >= 0
        && pairs.publications.get(pair) == 1
        && pairs.publishedBy.get(pair) == door + 1L) {
      long origin = pairs.publishedFor.get(pair) - 1;
      put(left, origin, 0);
      pairs.publications.put(pair, 0);
    }
  }

  private Topic<String, PreparedPair> splitTopic(int door) {
    PairTopics topics = values.topics();
    return List.of(topics.training(), topics.validation(), topics.test()).get(door);
  }

  private <T> Optional<T> read(
      Topic<String, T> topic, ConsumerRecord<byte[], byte[]> record, String site) {
    Values.Read<T> read = values.read(topic, record.value());
    if (read.found().isEmpty()) {
      misplaced(site, "cannot be read: " + read.why());
    }
    return read.found();
  }

  private void published(
      ConsumerRecord<byte[], byte[]> record, String site, int door, PreparedPair pair) {
    String split = doors.get(door).substring(doors.get(door).lastIndexOf('.') + 1);
    if (!pair.getSplit().equals(split.toUpperCase(Locale.ROOT))) {
      misplaced(site, "says split '" + pair.getSplit() + "' but is on " + doors.get(door));
    }
    if (!key(record).equals(pair.getPairId())) {
      misplaced(site, "has key '" + key(record) + "' but pair id '" + pair.getPairId() + "'");
    }
    long origin = origin(record, site, pair.getOrigin(), saidBy(pair));
    if (origin == Coordinates.NOWHERE) {
      return;
    }
    Optional<SentKind> kind = inputs.kindOf(origin);
    if (kind.isPresent() && !kind.get().isGood()) {
      breaches.add(
          Breach.POISON_PUBLISHED,
          inputs.named(origin) + " is published as " + site + "; right is " + kind.get().reasons());
      return;
    }
    int number = inputs.pairOf(origin);
    if (number < 0 || number != pairs.find(pair.getPairId())) {
      misplaced(
          site,
          "is pair '"
              + pair.getPairId()
              + "', but "
              + inputs.named(origin)
              + " is "
              + (number < 0 ? "none" : pairs.id(number)));
      return;
    }
    if (pairs.publications.increase(number) > 1) {
      breaches.add(
          Breach.PAIR_TWICE,
          "pair "
              + pair.getPairId()
              + " is published for "
              + coordinates.text(pairs.publishedFor.get(number) - 1)
              + " and for "
              + coordinates.text(origin));
    }
    pairs.publishedFor.put(number, origin + 1);
    pairs.publishedBy.put(number, door + 1L);
    image(site, origin, door, pair);
    content(record, site, origin, pair);
  }

  /** Whether a published pair says what its raw record decides; notes what its picture holds. */
  private void content(
      ConsumerRecord<byte[], byte[]> record, String site, long origin, PreparedPair pair) {
    Fields words = Preparation.words(pair);
    if (words.digest() != inputs.wordsOf(origin)) {
      differs(
          site,
          () ->
              "does not say what "
                  + inputs.named(origin)
                  + " decides: "
                  + inputs
                      .again(origin)
                      .flatMap(RawFacts::words)
                      .map(words::differenceFrom)
                      .orElse("that one has a caption that is turned away"));
    }
    pictures.add(inputs.pictureOf(origin), Preparation.pixels(pair).digest(), sites.of(record));
  }

  private void differs(String site, Supplier<String> what) {
    // What differs is looked up in the logs once more, which takes its time.
    breaches.add(
        Breach.CONTENT,
        breaches.keepsMore(Breach.CONTENT) ? site + " " + what.get() : site + " differs");
  }

  private void image(String site, long origin, int door, PreparedPair pair) {
    int image = inputs.imageOf(origin);
    if (image < 0 || pairs.findImage(pair.getImageDigest()) != image) {
      misplaced(site, "has another image than " + inputs.named(origin));
      return;
    }
    String right = preparation.splitOf(pair.getImageDigest());
    if (!doors.get(door).endsWith("." + right.toLowerCase(Locale.ROOT))) {
      misplaced(site, "has an image that belongs in " + right);
    }
    long before = pairs.imageDoors.get(image);
    long after = before | 1L << door;
    pairs.imageDoors.put(image, after);
    if (before != 0 && before != after) {
      breaches.add(
          Breach.SPLIT_LEAK,
          "the image with digest "
              + pair.getImageDigest()
              + " is on "
              + doors.get(door)
              + " ("
              + site
              + ") and on "
              + doors.get(Long.numberOfTrailingZeros(before)));
    }
  }

  private void quarantined(
      ConsumerRecord<byte[], byte[]> record, String site, QuarantinedPair pair) {
    String expected =
        pair.getPairId().isEmpty() ? OriginHeader.text(pair.getOrigin()) : pair.getPairId();
    if (!key(record).equals(expected)) {
      misplaced(site, "has key '" + key(record) + "' where '" + expected + "' belongs");
    }
    long origin = origin(record, site, pair.getOrigin(), saidBy(pair));
    if (origin == Coordinates.NOWHERE) {
      return;
    }
    Optional<RejectReason> reason = RejectReason.named(pair.getReason());
    if (reason.isEmpty()) {
      breaches.add(
          Breach.WRONG_REASON,
          inputs.named(origin)
              + " is in quarantine ("
              + site
              + ") for '"
              + pair.getReason()
              + "', which is no reason");
      return;
    }
    put(reasons, origin, REASONS.of(reason.get()));
    int number = inputs.pairOf(origin);
    if (inputs.kindOf(origin).isPresent()
        && !pair.getPairId().equals(number < 0 ? "" : pairs.id(number))) {
      misplaced(
          site,
          "is pair '"
              + pair.getPairId()
              + "', but "
              + inputs.named(origin)
              + " is "
              + (number < 0 ? "none" : pairs.id(number)));
    }
    if (!pair.getImageDigest().isEmpty() || number >= 0) {
      if (pairs.findImage(pair.getImageDigest()) != inputs.imageOf(origin)) {
        misplaced(site, "has another image than " + inputs.named(origin));
      }
    }
    judge(site, origin, reason.get(), pair);
    judgedBy(sites.of(record), reason.get(), pair);
    original(site, origin, pair);
  }

  private void original(String site, long origin, QuarantinedPair pair) {
    Fields frame =
        RawFacts.frame(
            pair.getKey(),
            pair.getHeaders().stream()
                .map(header -> RawFacts.header(header.getKey(), header.getValue()))
                .toList(),
            pair.getQuarantinedAt());
    boolean sameValue = inputs.hasValue(origin, bytes(pair.getValue()));
    if (sameValue && frame.digest() == inputs.frameOf(origin)) {
      return;
    }
    String difference = sameValue ? "" : ": value is another";
    if (sameValue && breaches.keepsMore(Breach.ORIGINAL_DAMAGED)) {
      difference =
          inputs.again(origin).map(raw -> ": " + frame.differenceFrom(raw.frame())).orElse("");
    }
    breaches.add(
        Breach.ORIGINAL_DAMAGED,
        site + " does not hold " + inputs.named(origin) + " as it was sent" + difference);
  }

  /** By which recipe and step: one reason is one step's. */
  private void judgedBy(long at, RejectReason reason, QuarantinedPair pair) {
    String version = preparation.recipeVersion();
    if (!pair.getRecipeVersion().equals(version)) {
      differs(
          sites.text(at),
          () ->
              "says recipe_version is '"
                  + pair.getRecipeVersion()
                  + "' where '"
                  + version
                  + "' belongs");
    }
    steps.add(reason, pair.getStep(), at);
  }

  private static Fields saidBy(PreparedPair pair) {
    return Receipts.said(
        pair.getPairId(), pair.getImageDigest(), "", "", "", "", pair.getPreparedAt());
  }

  private static Fields saidBy(QuarantinedPair pair) {
    return Receipts.said(
        pair.getPairId(),
        pair.getImageDigest(),
        pair.getReason(),
        pair.getDetail(),
        pair.getMeasured(),
        pair.getLimit(),
        pair.getQuarantinedAt());
  }

  private void judge(String site, long origin, RejectReason reason, QuarantinedPair pair) {
    Optional<SentKind> kind = inputs.kindOf(origin);
    if (kind.isEmpty()) {
      return; // a stranger, which is said already
    }
    if (kind.get().isGood()) {
      if (reason != RejectReason.DUPLICATE_PAIR) {
        breaches.add(
            Breach.GOOD_REJECTED,
            inputs.named(origin)
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
          inputs.named(origin)
              + " is in quarantine ("
              + site
              + ") for "
              + reason
              + "; right is "
              + kind.get().reasons());
    }
  }

  /** The raw record that an output names, if there is one; notes that it has left. */
  private long origin(
      ConsumerRecord<byte[], byte[]> record, String site, Origin named, Fields says) {
    long origin = coordinates.of(named);
    if (!inputs.isPresent(origin)) {
      breaches.add(
          Breach.STRANGER,
          site + " names " + OriginHeader.text(named) + ", where there is no raw record");
      return Coordinates.NOWHERE;
    }
    String header =
        OriginHeader.read(record.headers()).map(OriginHeader::text).orElse("no coordinates");
    if (!header.equals(OriginHeader.text(named))) {
      misplaced(site, "names " + OriginHeader.text(named) + ", but its header " + header);
    }
    long first = get(left, origin);
    if (first != 0) {
      breaches.add(
          Breach.TWICE,
          inputs.named(origin) + " left as " + sites.text(first) + " and again as " + site);
      put(said, origin, 0);
    } else {
      put(left, origin, sites.of(record));
      put(said, origin, says.digest());
    }
    return origin;
  }

  /**
   * After all outputs: finds raw records that left by no door, and good pairs of which none did.
   */
  void checkAllLeft() {
    inputs.each(
        at -> {
          if (get(left, at) == 0) {
            breaches.add(Breach.NO_OUTPUT, inputs.named(at) + " left by no door");
          }
        });
    for (int pair = 0; pair < pairs.count(); pair++) {
      long heldBy = pairs.heldBy.get(pair) - 1;
      if (pairs.good.get(pair) != 0
          && pairs.publications.get(pair) == 0
          && reasonOf(heldBy).filter(RejectReason.DUPLICATE_PAIR::equals).isPresent()) {
        breaches.add(
            Breach.GOOD_REJECTED,
            inputs.named(heldBy)
                + " is in quarantine as a copy, and pair "
                + pairs.id(pair)
                + " is published nowhere");
      }
    }
    steps.odd(
        (site, step, rightSite, right) ->
            differs(
                sites.text(site),
                () ->
                    "says step is '"
                        + step
                        + "' where '"
                        + right
                        + "' belongs, as of the same reason at "
                        + sites.text(rightSite)));
    pictures.odd(
        (site, pixels, right, most) ->
            differs(
                sites.text(site),
                () ->
                    "does not hold what "
                        + sites.text(right)
                        + " holds of the same picture: "
                        + pixels(site)
                            .flatMap(
                                found -> pixels(right).map(wanted -> found.differenceFrom(wanted)))
                            .orElse("one of them is gone")));
  }

  private Optional<Fields> pixels(long site) {
    TopicPartition partition = sites.partition(site);
    return Reading.one(cluster, partition, sites.offset(site))
        .flatMap(
            record ->
                values.read(splitTopic(doors.indexOf(partition.topic())), record.value()).found())
        .map(Preparation::pixels);
  }

  /** For what a record was turned away; nothing where it was not. */
  Optional<RejectReason> reasonOf(long at) {
    return REASONS.at(get(reasons, at));
  }

  /** Digest of {@link Receipts#said} by the only output of a raw record; 0 where there are two. */
  long saidOf(long at) {
    return get(said, at);
  }

  /** Reads what the first output of a raw record says once more; empty where it is gone. */
  Optional<Fields> saidAgain(long at) {
    long site = get(left, at);
    if (site == 0) {
      return Optional.empty();
    }
    TopicPartition partition = sites.partition(site);
    int door = doors.indexOf(partition.topic());
    return Reading.one(cluster, partition, sites.offset(site))
        .flatMap(
            record ->
                door == QUARANTINE
                    ? values
                        .read(values.topics().quarantine(), record.value())
                        .found()
                        .map(Outputs::saidBy)
                    : values.read(splitTopic(door), record.value()).found().map(Outputs::saidBy));
  }

  private long get(List<LongColumn> columns, long at) {
    return columns.get(coordinates.place(at)).get(coordinates.offset(at));
  }

  private void put(List<LongColumn> columns, long at, long value) {
    columns.get(coordinates.place(at)).put(coordinates.offset(at), value);
  }

  Map<String, Long> counts() {
    Map<String, Long> byTopic = new LinkedHashMap<>();
    for (int door = 0; door < counts.length; door++) {
      byTopic.put(doors.get(door), counts[door]);
    }
    return byTopic;
  }

  private void misplaced(String site, String what) {
    breaches.add(Breach.MISPLACED, site + " " + what);
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

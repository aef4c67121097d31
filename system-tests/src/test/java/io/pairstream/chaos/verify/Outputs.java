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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;

/** The records on the four doors: whether each is what its raw record had to become. */
final class Outputs {

  private static final Codes<RejectReason> REASONS = Codes.of(RejectReason.values());
  private static final int QUARANTINE = 3;
  private static final int PLACE_BITS = 20;
  private static final int OFFSET_BITS = 40;

  private final PairTopics topics;
  private final Coordinates coordinates;
  private final Inputs inputs;
  private final Pairs pairs;
  private final Breaches breaches;
  private final List<String> doors;
  private final long[] counts = new long[QUARANTINE + 1];

  /** Per raw partition and offset, one more than where its first output is. */
  private final List<LongColumn> left = new ArrayList<>();

  /** Per raw partition and offset, the reason. */
  private final List<LongColumn> reasons = new ArrayList<>();

  Outputs(
      PairTopics topics,
      Coordinates coordinates,
      Inputs inputs,
      Pairs pairs,
      Breaches breaches,
      List<String> doors) {
    this.topics = topics;
    this.coordinates = coordinates;
    this.inputs = inputs;
    this.pairs = pairs;
    this.breaches = breaches;
    this.doors = doors;
    coordinates
        .partitions()
        .forEach(
            partition -> {
              left.add(new LongColumn());
              reasons.add(new LongColumn());
            });
  }

  void take(ConsumerRecord<byte[], byte[]> record) {
    int door = doors.indexOf(record.topic());
    counts[door]++;
    String site = record.topic() + "-" + record.partition() + "-" + record.offset();
    if (record.value() == null) {
      removed(record, site, door);
    } else if (door == QUARANTINE) {
      read(topics.quarantine(), record, site).ifPresent(pair -> quarantined(record, site, pair));
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
      left.get(coordinates.place(origin)).put(coordinates.offset(origin), 0);
      pairs.publications.put(pair, 0);
    }
  }

  private Topic<String, PreparedPair> splitTopic(int door) {
    return List.of(topics.training(), topics.validation(), topics.test()).get(door);
  }

  private <T> Optional<T> read(
      Topic<String, T> topic, ConsumerRecord<byte[], byte[]> record, String site) {
    try {
      return Optional.of(topic.value().deserializer().deserialize(topic.name(), record.value()));
    } catch (SerializationException e) {
      misplaced(site, "cannot be read: " + e.getMessage());
      return Optional.empty();
    }
  }

  private void published(
      ConsumerRecord<byte[], byte[]> record, String site, int door, PreparedPair pair) {
    String split = doors.get(door).substring(doors.get(door).lastIndexOf('.') + 1);
    if (!pair.getSplit().equalsIgnoreCase(split)) {
      misplaced(site, "says split '" + pair.getSplit() + "' but is on " + doors.get(door));
    }
    if (!key(record).equals(pair.getPairId())) {
      misplaced(site, "has key '" + key(record) + "' but pair id '" + pair.getPairId() + "'");
    }
    long origin = origin(record, site, door, pair.getOrigin());
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
  }

  private void image(String site, long origin, int door, PreparedPair pair) {
    int image = inputs.imageOf(origin);
    if (!pair.getImageDigest().matches("[0-9a-f]{64}")
        || pairs.image(pair.getImageDigest()) != image) {
      misplaced(site, "has another image than " + inputs.named(origin));
      return;
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
    long origin = origin(record, site, QUARANTINE, pair.getOrigin());
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
    reasons
        .get(coordinates.place(origin))
        .put(coordinates.offset(origin), REASONS.of(reason.get()));
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
    judge(site, origin, reason.get(), pair);
    boolean untouched =
        inputs.hasValue(origin, bytes(pair.getValue()))
            && inputs.hasKey(origin, bytes(pair.getKey()));
    if (!untouched) {
      breaches.add(
          Breach.ORIGINAL_DAMAGED,
          site + " does not hold " + inputs.named(origin) + " as it was sent");
    }
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
  private long origin(ConsumerRecord<byte[], byte[]> record, String site, int door, Origin named) {
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
    LongColumn column = left.get(coordinates.place(origin));
    long first = column.get(coordinates.offset(origin));
    if (first != 0) {
      breaches.add(
          Breach.TWICE,
          inputs.named(origin) + " left as " + siteText(first - 1) + " and again as " + site);
    } else {
      column.put(coordinates.offset(origin), siteOf(door, record) + 1);
    }
    return origin;
  }

  /**
   * After all outputs: finds raw records that left by no door, and good pairs of which none did.
   */
  void checkAllLeft() {
    inputs.each(
        at -> {
          if (left.get(coordinates.place(at)).get(coordinates.offset(at)) == 0) {
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
  }

  /** For what a record was turned away; nothing where it was not. */
  Optional<RejectReason> reasonOf(long at) {
    return REASONS.at(reasons.get(coordinates.place(at)).get(coordinates.offset(at)));
  }

  Map<String, Long> counts() {
    Map<String, Long> byTopic = new LinkedHashMap<>();
    for (int door = 0; door < counts.length; door++) {
      byTopic.put(doors.get(door), counts[door]);
    }
    return byTopic;
  }

  private static long siteOf(int door, ConsumerRecord<byte[], byte[]> record) {
    return ((long) door << (PLACE_BITS + OFFSET_BITS))
        | ((long) record.partition() << OFFSET_BITS)
        | record.offset();
  }

  private String siteText(long site) {
    long partition = site >>> OFFSET_BITS & ((1L << PLACE_BITS) - 1);
    return doors.get((int) (site >>> (PLACE_BITS + OFFSET_BITS)))
        + "-"
        + partition
        + "-"
        + (site & ((1L << OFFSET_BITS) - 1));
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

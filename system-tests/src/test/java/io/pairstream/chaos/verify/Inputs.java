package io.pairstream.chaos.verify;

import io.pairstream.chaos.load.LedgerEntry;
import io.pairstream.chaos.load.LedgerEntry.Fate;
import io.pairstream.chaos.load.SentKind;
import io.pairstream.chaos.load.SentLedger;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.topics.PairTopics;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;

/**
 * The raw records: what the producers say that they sent, against what the raw topics hold. Takes
 * about 80 bytes per record.
 */
final class Inputs {

  private static final long NO_VALUE = 0x6e6f6e65L;
  private static final Codes<SentKind> KINDS = Codes.of(SentKind.values());

  private final Coordinates coordinates;
  private final PairTopics topics;
  private final Pairs pairs;
  private final Breaches breaches;
  private final List<Columns> columns = new ArrayList<>();

  /** Coordinates with which each idempotency key was answered. */
  private final Map<String, Long> keys = new HashMap<>();

  private final Map<Long, Unsure> unsureValues = new HashMap<>();
  private final Map<String, Unsure> unsurePairs = new HashMap<>();
  private long acknowledged;
  private long unsureInputs;

  /** What is known of the records of one partition, by offset. */
  private static final class Columns {
    final LongColumn number = new LongColumn(); // one more
    final LongColumn kind = new LongColumn(); // by KINDS
    final LongColumn value = new LongColumn();
    final LongColumn key = new LongColumn();
    final LongColumn pair = new LongColumn(); // one more
    final LongColumn image = new LongColumn(); // one more
    final BitSet present = new BitSet();
    final BitSet byHttp = new BitSet();
  }

  /** Attempts whose fate the producer does not know. */
  private static final class Unsure {
    final LedgerEntry entry;
    long attempts;

    Unsure(LedgerEntry entry) {
      this.entry = entry;
    }
  }

  Inputs(Coordinates coordinates, PairTopics topics, Pairs pairs, Breaches breaches) {
    this.coordinates = coordinates;
    this.topics = topics;
    this.pairs = pairs;
    this.breaches = breaches;
    coordinates.partitions().forEach(partition -> columns.add(new Columns()));
  }

  /** Takes in what the producers say. */
  void enter(SentLedger ledger) {
    ledger.read(
        entry -> {
          if (entry.fate() == Fate.ACKNOWLEDGED) {
            acknowledged(entry);
          } else if (entry.fate() == Fate.UNSURE) {
            unsure(entry);
          } else {
            breaches.add(
                Breach.GOOD_REJECTED,
                named(entry) + " was refused by a front door: " + entry.words());
          }
        });
  }

  private void acknowledged(LedgerEntry entry) {
    long at = coordinates.of(entry.topic(), entry.partition(), entry.offset());
    String site = entry.topic() + "-" + entry.partition() + "-" + entry.offset();
    if (at == Coordinates.NOWHERE) {
      breaches.add(
          Breach.INPUT_LOST,
          named(entry) + " was acknowledged as " + site + ", which is no raw record");
      return;
    }
    if (entry.isByHttp()) {
      Long earlier = keys.putIfAbsent(entry.idempotencyKey(), at);
      if (earlier != null && earlier != at) {
        breaches.add(
            Breach.KEY_TWICE,
            "key "
                + entry.idempotencyKey()
                + " was answered with "
                + coordinates.text(earlier)
                + " and with "
                + site);
      }
    }
    Columns partition = of(at);
    long offset = entry.offset();
    if (partition.number.get(offset) != 0) {
      if (partition.number.get(offset) - 1 != entry.number()) {
        breaches.add(
            Breach.INPUT_LOST,
            named(entry)
                + " was acknowledged as "
                + site
                + ", and so was record "
                + (partition.number.get(offset) - 1));
      }
      return;
    }
    acknowledged++;
    partition.number.put(offset, entry.number() + 1);
    partition.value.put(offset, entry.isByHttp() ? 0 : digestOf(entry));
    partition.byHttp.set((int) offset, entry.isByHttp());
    describe(at, entry);
  }

  private void describe(long at, LedgerEntry entry) {
    of(at).kind.put(coordinates.offset(at), KINDS.of(entry.kind()));
    if (!entry.pairId().isEmpty()) {
      hold(at, entry.pairId(), entry.imageDigest());
    }
  }

  private void hold(long at, String pairId, String imageDigest) {
    of(at).pair.put(coordinates.offset(at), pairs.add(pairId) + 1L);
    of(at).image.put(coordinates.offset(at), pairs.image(imageDigest) + 1L);
  }

  private void unsure(LedgerEntry entry) {
    if (entry.isByHttp()) {
      unsurePairs.computeIfAbsent(entry.pairId(), id -> new Unsure(entry)).attempts++;
    } else {
      unsureValues.computeIfAbsent(digestOf(entry), digest -> new Unsure(entry)).attempts++;
    }
  }

  /** Takes in a record of a raw topic. */
  void present(ConsumerRecord<byte[], byte[]> record) {
    long at = coordinates.of(record.topic(), record.partition(), record.offset());
    Columns partition = of(at);
    int offset = (int) record.offset();
    long digest = digestOf(record.value());
    if (partition.number.get(offset) == 0) {
      if (!isOfUnknownFate(record, digest, at)) {
        breaches.add(
            Breach.STRANGER, coordinates.text(at) + " is a raw record that no producer sent");
        readPair(record)
            .filter(pair -> !pair.getCaption().contains("\uFFFD")) // whose id is of other bytes
            .ifPresent(pair -> hold(at, pairIdOf(pair), imageOf(pair)));
      }
    } else if (!partition.byHttp.get(offset)) {
      if (partition.value.get(offset) != digest) {
        breaches.add(Breach.INPUT_LOST, named(at) + " does not hold the value that was sent there");
      }
    } else if (!pairIdOf(record).equals(pairs.id(pairOf(at)))) {
      breaches.add(
          Breach.INPUT_LOST,
          named(at)
              + " holds pair '"
              + pairIdOf(record)
              + "', and "
              + pairs.id(pairOf(at))
              + " was sent");
    }
    partition.present.set(offset);
    partition.value.put(offset, digest);
    partition.key.put(offset, Arrays.hashCode(record.key()));
    int pair = pairOf(at);
    if (pair >= 0) {
      pairs.received.increase(pair);
      pairs.heldBy.put(pair, at + 1);
      if (kindOf(at).filter(SentKind::isGood).isPresent()) {
        pairs.good.put(pair, 1);
      }
    }
  }

  /** Whether an attempt that nobody heard of again explains a record. */
  private boolean isOfUnknownFate(ConsumerRecord<byte[], byte[]> record, long digest, long at) {
    Unsure attempt = unsureValues.get(digest);
    if (attempt == null) {
      attempt = unsurePairs.get(pairIdOf(record));
    }
    if (attempt == null || attempt.attempts == 0) {
      return false;
    }
    attempt.attempts--;
    unsureInputs++;
    of(at).number.put(coordinates.offset(at), attempt.entry.number() + 1);
    describe(at, attempt.entry);
    return true;
  }

  /** After all raw records: finds what was acknowledged and is not there. */
  void checkAllThere(Reading.Extent extent) {
    for (int place = 0; place < columns.size(); place++) {
      Columns partition = columns.get(place);
      long begin = extent.begins().get(coordinates.partitions().get(place));
      for (int offset = 0; offset < partition.number.size(); offset++) {
        if (partition.number.get(offset) != 0 && !partition.present.get(offset)) {
          breaches.add(
              Breach.INPUT_LOST,
              named(coordinates.at(place, offset))
                  + " was acknowledged and is not there"
                  + (offset < begin ? "; the log begins at " + begin : ""));
        }
      }
    }
  }

  boolean isPresent(long at) {
    return at != Coordinates.NOWHERE && of(at).present.get((int) coordinates.offset(at));
  }

  /** Every raw record that there is. */
  void each(LongConsumer each) {
    for (int place = 0; place < columns.size(); place++) {
      int of = place;
      columns.get(place).present.stream()
          .forEach(offset -> each.accept(coordinates.at(of, offset)));
    }
  }

  long count() {
    return columns.stream().mapToLong(partition -> partition.present.cardinality()).sum();
  }

  long acknowledgedCount() {
    return acknowledged;
  }

  long unsureCount() {
    return unsureInputs;
  }

  /** What it is; nothing where nobody sent it. */
  Optional<SentKind> kindOf(long at) {
    return KINDS.at(of(at).kind.get(coordinates.offset(at)));
  }

  /** Number of its pair; -1 where it has none. */
  int pairOf(long at) {
    return (int) of(at).pair.get(coordinates.offset(at)) - 1;
  }

  /** Number of its image; -1 where it has none. */
  int imageOf(long at) {
    return (int) of(at).image.get(coordinates.offset(at)) - 1;
  }

  boolean hasValue(long at, byte[] value) {
    return of(at).value.get(coordinates.offset(at)) == digestOf(value);
  }

  boolean hasKey(long at, byte[] key) {
    return (int) of(at).key.get(coordinates.offset(at)) == Arrays.hashCode(key);
  }

  /** A record for a sentence: where it is, its number and kind. */
  String named(long at) {
    long number = of(at).number.get(coordinates.offset(at));
    return coordinates.text(at)
        + (number == 0 ? "" : " (record " + (number - 1) + ", " + kindOf(at).orElseThrow() + ")");
  }

  private static String named(LedgerEntry entry) {
    return "record " + entry.number() + " (" + entry.kind() + ")";
  }

  private Columns of(long at) {
    return columns.get(coordinates.place(at));
  }

  /** Empty where the record holds no pair. */
  private String pairIdOf(ConsumerRecord<byte[], byte[]> record) {
    return readPair(record).map(Inputs::pairIdOf).orElse("");
  }

  private static String pairIdOf(RawPair pair) {
    return PairIdentity.pairId(imageOf(pair), pair.getCaption());
  }

  private static String imageOf(RawPair pair) {
    return PairIdentity.imageDigest(pair.getImage());
  }

  private Optional<RawPair> readPair(ConsumerRecord<byte[], byte[]> record) {
    try {
      return Optional.ofNullable(record.value())
          .map(value -> topics.crowdsourced().value().deserializer().deserialize("", value));
    } catch (SerializationException e) {
      return Optional.empty();
    }
  }

  private static long digestOf(LedgerEntry entry) {
    return entry.valueDigest().equals(LedgerEntry.NO_VALUE)
        ? NO_VALUE
        : LongIndex.keyOf(entry.valueDigest());
  }

  private static long digestOf(byte[] value) {
    if (value == null) {
      return NO_VALUE;
    }
    try {
      return ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(value)).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}

package io.pairstream.chaos.verify;

import io.pairstream.chaos.load.LedgerEntry;
import io.pairstream.chaos.load.LedgerEntry.Fate;
import io.pairstream.chaos.load.SentKind;
import io.pairstream.chaos.load.SentLedger;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.service.Cluster;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * The raw records: what the producers say that they sent, against what the raw topics hold. Takes
 * about 110 bytes per record.
 */
final class Inputs {

  private static final long NO_VALUE = 0x6e6f6e65L;
  private static final Codes<SentKind> KINDS = Codes.of(SentKind.values());

  /** A producer that has ended has nothing on the way any more. */
  private static final Duration UNSURE_COMES_WITHIN = Duration.ofMinutes(10);

  private final Cluster cluster;
  private final Coordinates coordinates;
  private final Map<TopicPartition, Long> ends;
  private final Values values;
  private final Preparation preparation;
  private final Pairs pairs;
  private final Breaches breaches;
  private final List<Columns> columns = new ArrayList<>();

  private final Map<Long, Unsure> unsureValues = new HashMap<>();
  private final Map<String, Unsure> unsurePairs = new HashMap<>();

  /** Coordinates that were acknowledged, and that no log has reached. */
  private final Set<String> nowhere = new HashSet<>();

  private Instant lastEntry = Instant.EPOCH;
  private long acknowledged;
  private long unsureInputs;

  /** What is known of the records of one partition, by offset. */
  private static final class Columns {
    final LongColumn number = new LongColumn(); // one more
    final LongColumn kind = new LongColumn(); // by KINDS
    final LongColumn value = new LongColumn();
    final LongColumn frame = new LongColumn();
    final LongColumn words = new LongColumn(); // 0 where it can have none
    final LongColumn received = new LongColumn();
    final LongColumn picture = new LongColumn();
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

  /** Before anything of the ledger is read, so that each log's end is behind its records. */
  Inputs(
      Cluster cluster,
      Coordinates coordinates,
      Values values,
      Preparation preparation,
      Pairs pairs,
      Breaches breaches) {
    this.cluster = cluster;
    this.coordinates = coordinates;
    this.ends = coordinates.ends(cluster);
    this.values = values;
    this.preparation = preparation;
    this.pairs = pairs;
    this.breaches = breaches;
    coordinates.partitions().forEach(partition -> columns.add(new Columns()));
  }

  /** Takes in what the producers say. */
  void enter(SentLedger ledger) {
    ledger.read(
        entry -> {
          if (entry.at().isAfter(lastEntry)) {
            lastEntry = entry.at();
          }
          if (entry.fate() == Fate.ACKNOWLEDGED) {
            acknowledged(entry);
          } else if (entry.fate() == Fate.UNSURE) {
            unsure(entry);
          } else {
            breaches.add(
                Breach.GOOD_REJECTED,
                named(entry) + ", was refused by a front door: " + entry.words());
          }
        });
  }

  private void acknowledged(LedgerEntry entry) {
    long at = coordinates.of(entry.topic(), entry.partition(), entry.offset());
    String site = entry.topic() + "-" + entry.partition() + "-" + entry.offset();
    long end = at == Coordinates.NOWHERE ? 0 : ends.get(partitionOf(at));
    if (at == Coordinates.NOWHERE || entry.offset() >= end) {
      if (nowhere.add(site)) {
        acknowledged++;
        breaches.add(
            Breach.INPUT_LOST,
            site
                + " ("
                + named(entry)
                + ") was acknowledged and is not there; "
                + (at == Coordinates.NOWHERE ? "it is no raw record" : "the log ends at " + end));
      }
      return;
    }
    Columns partition = of(at);
    long offset = entry.offset();
    if (partition.number.get(offset) != 0) {
      if (partition.number.get(offset) - 1 != entry.number()) {
        breaches.add(
            Breach.INPUT_LOST,
            named(entry)
                + ", was acknowledged as "
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
    of(at).image.put(coordinates.offset(at), pairs.addImage(imageDigest) + 1L);
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
    RawFacts facts = RawFacts.of(record, values, preparation);
    if (partition.number.get(offset) == 0) {
      if (!isOfUnknownFate(record, facts, digest, at)) {
        breaches.add(
            Breach.STRANGER, coordinates.text(at) + " is a raw record that no producer sent");
        facts
            .wholePair()
            .ifPresent(
                pair ->
                    hold(at, RawFacts.pairIdOf(pair), PairIdentity.imageDigest(pair.getImage())));
      }
    } else if (!partition.byHttp.get(offset)) {
      if (partition.value.get(offset) != digest) {
        breaches.add(Breach.INPUT_LOST, named(at) + " does not hold the value that was sent there");
      }
    } else if (!pairIdOf(facts).equals(pairs.id(pairOf(at)))) {
      breaches.add(
          Breach.INPUT_LOST,
          named(at)
              + " holds pair '"
              + pairIdOf(facts)
              + "', and "
              + pairs.id(pairOf(at))
              + " was sent");
    }
    partition.present.set(offset);
    partition.value.put(offset, digest);
    partition.frame.put(offset, facts.frame().digest());
    partition.words.put(offset, facts.words().map(Fields::digest).orElse(0L));
    partition.received.put(offset, facts.received().digest());
    facts
        .pair()
        .ifPresent(pair -> partition.picture.put(offset, RawFacts.picture(pair.getImage())));
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
  private boolean isOfUnknownFate(
      ConsumerRecord<byte[], byte[]> record, RawFacts facts, long digest, long at) {
    Unsure attempt = unsureValues.get(digest);
    if (attempt == null) {
      attempt = unsurePairs.get(pairIdOf(facts));
    }
    boolean late =
        Instant.ofEpochMilli(record.timestamp()).isAfter(lastEntry.plus(UNSURE_COMES_WITHIN));
    if (attempt == null || attempt.attempts == 0 || late) {
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

  /** Digest of {@link RawFacts#frame}. */
  long frameOf(long at) {
    return of(at).frame.get(coordinates.offset(at));
  }

  /** Digest of {@link RawFacts#words}; 0 where there are none. */
  long wordsOf(long at) {
    return of(at).words.get(coordinates.offset(at));
  }

  /** Digest of {@link RawFacts#received}. */
  long receivedOf(long at) {
    return of(at).received.get(coordinates.offset(at));
  }

  /** Digest of the picture; 0 where it has none. */
  long pictureOf(long at) {
    return of(at).picture.get(coordinates.offset(at));
  }

  /** Reads a record once more; empty where it is gone meanwhile. */
  Optional<RawFacts> again(long at) {
    return Reading.one(cluster, partitionOf(at), coordinates.offset(at))
        .map(record -> RawFacts.of(record, values, preparation));
  }

  private TopicPartition partitionOf(long at) {
    return coordinates.partitions().get(coordinates.place(at));
  }

  /** A record for a sentence: where it is, its number and kind. */
  String named(long at) {
    long number = of(at).number.get(coordinates.offset(at));
    return coordinates.text(at)
        + (number == 0 ? "" : " (record " + (number - 1) + ", " + kindOf(at).orElseThrow() + ")");
  }

  private static String named(LedgerEntry entry) {
    return "record " + entry.number() + ", " + entry.kind();
  }

  private Columns of(long at) {
    return columns.get(coordinates.place(at));
  }

  /** Empty where the record holds no pair. */
  private static String pairIdOf(RawFacts facts) {
    return facts.pair().map(RawFacts::pairIdOf).orElse("");
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
    return Sha256.first64(Sha256.fresh().digest(value));
  }
}

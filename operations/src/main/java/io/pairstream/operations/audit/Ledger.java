package io.pairstream.operations.audit;

import io.pairstream.operations.audit.Difference.Kind;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.wire.OriginHeader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;

/**
 * The books of one audit: which raw coordinates there are, and what each output record says of
 * them.
 *
 * <p>Doors are numbered: the splits' topics first, quarantine last. The records of one partition
 * must come in order; partitions may come in any.
 */
final class Ledger {

  private static final int OFFSET_BITS = 48;
  private static final long OFFSET_MASK = (1L << OFFSET_BITS) - 1;
  private static final long NOWHERE = -1;

  private final List<String> doors;
  private final int quarantineDoor;
  private final List<RawPartition> raw;
  private final Map<TopicPartition, Integer> rawIndex = new HashMap<>();
  private final List<AcceptedPairs> accepted = new ArrayList<>();
  private final ImageSplits images = new ImageSplits();
  private final Differences differences = new Differences();

  /** Per raw partition, the furthest coordinate beyond the committed one, and who names it. */
  private final long[] newest;

  private final String[] newestSites;
  private long quarantined;
  private long expired;
  private long newer;

  /**
   * @param splits names of the splits, in upper case as records have them, by topic
   */
  Ledger(List<RawPartition> raw, Map<String, String> splits, String quarantine) {
    this.raw = raw;
    this.doors = new ArrayList<>(splits.keySet());
    this.doors.add(quarantine);
    this.quarantineDoor = doors.size() - 1;
    for (int i = 0; i < raw.size(); i++) {
      rawIndex.put(raw.get(i).partition(), i);
    }
    for (int i = 0; i < quarantineDoor; i++) {
      accepted.add(new AcceptedPairs());
    }
    this.newest = new long[raw.size()];
    Arrays.fill(newest, NOWHERE);
    this.newestSites = new String[raw.size()];
  }

  /** A record on the repartition topic, which is on its way. */
  void inFlight(Origin origin, String site) {
    Integer index = rawIndex.get(partitionOf(origin));
    if (index == null) {
      misplaced(site, "comes from " + OriginHeader.text(origin) + ", which is no raw record");
    } else if (raw.get(index).isInput(origin.getOffset())) {
      raw.get(index).inFlight(origin.getOffset());
    }
  }

  /** A record on a split's topic. */
  void published(int door, String split, String site, String key, PreparedPair pair) {
    if (!split.equals(pair.getSplit())) {
      misplaced(site, "says split '" + pair.getSplit() + "' but is on " + doors.get(door));
    }
    long origin = place(pair.getOrigin(), site);
    if (!key.equals(pair.getPairId())) {
      misplaced(site, "has key '" + key + "' but pair id '" + pair.getPairId() + "'");
    }
    boolean known = DigestTable.isDigest(key) && DigestTable.isDigest(pair.getImageDigest());
    if (!known) {
      misplaced(site, "has no digests for pair id and image");
    }

    boolean again = !leave(origin, door);
    if (known) {
      AcceptedPairs pairs = accepted.get(door);
      int number = pairs.add(key);
      if (pairs.isLive(number)) {
        if (origin != NOWHERE && pairs.origin(number) == origin) {
          again = true;
        } else {
          twice(key, text(pairs.origin(number)), text(origin));
        }
        images.fewer(pairs.image(number), door);
      }
      int image = images.add(pair.getImageDigest());
      images.more(image, door);
      pairs.set(number, image, origin);
    }
    if (again) {
      differences.add(
          Kind.TWICE, text(origin) + " is twice on " + doors.get(door) + ", again at " + site);
    }
  }

  /** A tombstone on a split's topic: the key's record before it counts no more. */
  void removed(int door, String key) {
    if (!DigestTable.isDigest(key)) {
      return;
    }
    AcceptedPairs pairs = accepted.get(door);
    int pair = pairs.findLive(key);
    if (pair >= 0) {
      pairs.remove(pair);
      images.fewer(pairs.image(pair), door);
      long origin = pairs.origin(pair);
      if (origin != NOWHERE && rawOf(origin).isInput(origin & OFFSET_MASK)) {
        rawOf(origin).removed(origin & OFFSET_MASK, door);
      }
    }
  }

  /** A record in quarantine. */
  void quarantined(String site, String key, QuarantinedPair pair) {
    quarantined++;
    if (pair.getReason().isEmpty()) {
      misplaced(site, "is in quarantine without a reason");
    }
    String expected =
        pair.getPairId().isEmpty() ? OriginHeader.text(pair.getOrigin()) : pair.getPairId();
    if (!key.equals(expected)) {
      misplaced(site, "has key '" + key + "' where '" + expected + "' belongs");
    }
    long origin = place(pair.getOrigin(), site);
    if (!leave(origin, quarantineDoor)) {
      differences.add(Kind.TWICE, text(origin) + " is twice in quarantine, again at " + site);
    }
  }

  void misplaced(String site, String what) {
    differences.add(Kind.MISPLACED, site + " " + what);
  }

  /** A pair that claims a review which there is not. */
  void unreviewed(String sentence) {
    differences.add(Kind.UNREVIEWED, sentence);
  }

  /** A pair that a receipt calls withdrawn. */
  void withdrawn(String pairId, Origin origin) {
    Integer index = rawIndex.get(partitionOf(origin));
    if (index != null && raw.get(index).isInput(origin.getOffset())) {
      raw.get(index).withdrawn(origin.getOffset());
    }
    if (DigestTable.isDigest(pairId)) {
      for (AcceptedPairs pairs : accepted) {
        int pair = pairs.findRemoved(pairId);
        long removed = pair < 0 ? NOWHERE : pairs.origin(pair);
        if (removed != NOWHERE && rawOf(removed).isInput(removed & OFFSET_MASK)) {
          rawOf(removed).withdrawn(removed & OFFSET_MASK);
        }
      }
    }
  }

  /** Whether a record is known that left by no door. */
  boolean anyMissing() {
    return raw.stream().anyMatch(RawPartition::anyMissing);
  }

  /**
   * Closes the books.
   *
   * @param committedNow what preprocessing has committed after the last output was read
   * @param links the closed books of the links
   */
  AuditReport close(Map<TopicPartition, Long> committedNow, LinkReport links) {
    for (RawPartition partition : raw) {
      partition.missing(
          offset ->
              differences.add(
                  Kind.MISSING,
                  partition.partition() + "-" + offset + " left by no door: " + doorNames()));
      partition.manyDoors(
          offset ->
              differences.add(
                  Kind.IN_TWO_PLACES,
                  partition.partition()
                      + "-"
                      + offset
                      + " is on "
                      + doorsWhere(door -> partition.hasLeft(offset, door))));
    }
    addNewerThan(committedNow);
    addPairsInTwoSplits();
    images.leaks(
        image ->
            differences.add(
                Kind.SPLIT_LEAK,
                "the image with digest "
                    + images.hex(image)
                    + "... is on "
                    + doorsWhere(door -> door < quarantineDoor && images.count(image, door) > 0)));

    Map<String, Long> outputs = new LinkedHashMap<>();
    for (int door = 0; door < quarantineDoor; door++) {
      outputs.put(doors.get(door), (long) accepted.get(door).count());
    }
    outputs.put(doors.get(quarantineDoor), quarantined);
    return new AuditReport(
        raw.stream().mapToLong(RawPartition::inputs).sum(),
        outputs,
        raw.stream().mapToLong(RawPartition::onTheWay).sum(),
        raw.stream().mapToLong(RawPartition::gone).sum(),
        expired,
        newer,
        differences.count() + links.differences(),
        Stream.concat(differences.details().stream(), links.details().stream())
            .limit(AuditReport.MAX_DETAILS)
            .toList(),
        links);
  }

  private void addNewerThan(Map<TopicPartition, Long> committedNow) {
    for (int i = 0; i < newest.length; i++) {
      long committed = committedNow.getOrDefault(raw.get(i).partition(), 0L);
      if (newest[i] >= committed) {
        misplaced(
            newestSites[i],
            "comes from "
                + raw.get(i).partition()
                + "-"
                + newest[i]
                + ", but preprocessing has committed only up to "
                + committed);
      }
    }
  }

  private void addPairsInTwoSplits() {
    for (int first = 0; first < quarantineDoor; first++) {
      AcceptedPairs here = accepted.get(first);
      for (int second = first + 1; second < quarantineDoor; second++) {
        AcceptedPairs there = accepted.get(second);
        here.live()
            .forEach(
                pair -> {
                  int other = there.findLive(here.id(pair));
                  if (other >= 0
                      && (here.origin(pair) == NOWHERE
                          || here.origin(pair) != there.origin(other))) {
                    twice(here.id(pair), text(here.origin(pair)), text(there.origin(other)));
                  }
                });
      }
    }
  }

  private void twice(String pairId, String first, String second) {
    differences.add(
        Kind.PAIR_TWICE, "pair " + pairId + " was accepted for " + first + " and for " + second);
  }

  /** Where an output says that it comes from; counts what is not an input of this audit. */
  private long place(Origin origin, String site) {
    Integer index = rawIndex.get(partitionOf(origin));
    if (index == null || origin.getOffset() < 0) {
      misplaced(site, "comes from " + OriginHeader.text(origin) + ", which is no raw record");
      return NOWHERE;
    }
    RawPartition partition = raw.get(index);
    long offset = origin.getOffset();
    if (partition.isExpired(offset)) {
      expired++;
    } else if (!partition.isInput(offset)) {
      newer++;
      if (offset > newest[index]) {
        newest[index] = offset;
        newestSites[index] = site;
      }
    }
    return ((long) index << OFFSET_BITS) | (offset & OFFSET_MASK);
  }

  /** Notes a door for an origin; false where it is noted already. */
  private boolean leave(long origin, int door) {
    return origin == NOWHERE
        || !rawOf(origin).isInput(origin & OFFSET_MASK)
        || rawOf(origin).left(origin & OFFSET_MASK, door);
  }

  private RawPartition rawOf(long origin) {
    return raw.get((int) (origin >>> OFFSET_BITS));
  }

  private String text(long origin) {
    return origin == NOWHERE
        ? "an unknown record"
        : rawOf(origin).partition() + "-" + (origin & OFFSET_MASK);
  }

  private String doorNames() {
    return "it is not on " + doorsWhere(door -> true, " or ");
  }

  private String doorsWhere(Predicate<Integer> wanted) {
    return doorsWhere(wanted, " and ");
  }

  private String doorsWhere(Predicate<Integer> wanted, String between) {
    Collection<String> names =
        IntStream.range(0, doors.size()).boxed().filter(wanted).map(doors::get).toList();
    return names.stream().collect(Collectors.joining(between));
  }

  private static TopicPartition partitionOf(Origin origin) {
    return new TopicPartition(origin.getTopic(), origin.getPartition());
  }
}

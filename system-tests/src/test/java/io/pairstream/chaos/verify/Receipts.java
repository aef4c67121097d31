package io.pairstream.chaos.verify;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.Standing;
import io.pairstream.service.Cluster;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * The last receipt of each pair, and of each record that has no pair id: whether it says what the
 * topics say.
 */
final class Receipts {

  private static final Codes<String> STANDINGS =
      new Codes<>(Arrays.stream(Standing.values()).map(Standing::name).toList());
  private static final Codes<String> REASONS =
      new Codes<>(Arrays.stream(RejectReason.values()).map(RejectReason::name).toList());

  private final Cluster cluster;
  private final Values values;
  private final Partitions partitions;
  private final Sites sites;
  private final Coordinates coordinates;
  private final Inputs inputs;
  private final Outputs outputs;
  private final Pairs pairs;
  private final Breaches breaches;

  /** Standings; 0 where there is no receipt that says one. */
  private final LongColumn standings = new LongColumn();

  private final LongColumn copies = new LongColumn();

  /** Two more than the coordinates, which may be none. */
  private final LongColumn origins = new LongColumn();

  /** Reasons; 0 where there is none that is known. */
  private final LongColumn reasons = new LongColumn();

  /** Digests of what is said, and of what was received. */
  private final LongColumn said = new LongColumn();

  private final LongColumn receiptSites = new LongColumn();

  /** Receipts by the coordinates of records without a pair id. */
  private final Map<Long, Unread> unread = new HashMap<>();

  /** What the receipt of a record without a pair id says. */
  private record Unread(String standing, long copies, long origin, long said, long site) {}

  /**
   * @param partitions of the receipts' topic
   */
  Receipts(
      Cluster cluster,
      Values values,
      Partitions partitions,
      Coordinates coordinates,
      Inputs inputs,
      Outputs outputs,
      Pairs pairs,
      Breaches breaches) {
    this.cluster = cluster;
    this.values = values;
    this.partitions = partitions;
    this.sites = new Sites(List.of(values.topics().receipts().name()));
    this.coordinates = coordinates;
    this.inputs = inputs;
    this.outputs = outputs;
    this.pairs = pairs;
    this.breaches = breaches;
  }

  /** What a receipt and the output of the same record say alike. */
  static Fields said(
      String pairId,
      String imageDigest,
      String reason,
      String detail,
      String measured,
      String limit,
      Instant decidedAt) {
    return new Fields()
        .with("pair_id", pairId)
        .with("image_digest", imageDigest)
        .with("reason", reason)
        .with("detail", detail)
        .with("measured", measured)
        .with("limit", limit)
        .with("decided_at", decidedAt);
  }

  private static Fields said(Receipt receipt) {
    return said(
        receipt.getPairId(),
        receipt.getImageDigest(),
        receipt.getReason(),
        receipt.getDetail(),
        receipt.getMeasured(),
        receipt.getLimit(),
        receipt.getDecidedAt());
  }

  private static Fields received(Receipt receipt) {
    return RawFacts.received(receipt.getReceivedAt(), receipt.getReviewId());
  }

  /** Of what a receipt says, and of what was received. */
  private static long digest(long said, long received) {
    return 31 * said + received;
  }

  void take(ConsumerRecord<byte[], byte[]> record) {
    String site = Sites.text(record);
    String key = record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
    if (!partitions.isRight(record)) {
      // There it is in no order with those of its pair that lie where they belong.
      breaches.add(
          Breach.RECEIPT, site + ", of '" + key + "', is on a partition that is not its key's");
      return;
    }
    if (record.value() == null) {
      breaches.add(Breach.RECEIPT, site + " removes the receipt of " + key);
      return;
    }
    Values.Read<Receipt> read = values.read(values.topics().receipts(), record.value());
    if (read.found().isEmpty()) {
      breaches.add(Breach.RECEIPT, site + " cannot be read: " + read.why());
      return;
    }
    Receipt receipt = read.found().get();
    int pair = pairs.find(key);
    long at = coordinates.parse(key);
    long digest = digest(said(receipt).digest(), received(receipt).digest());
    if (pair >= 0) {
      standings.put(pair, STANDINGS.of(receipt.getStanding()));
      copies.put(pair, receipt.getCopies());
      origins.put(pair, coordinates.of(receipt.getOrigin()) + 2);
      reasons.put(pair, REASONS.of(receipt.getReason()));
      said.put(pair, digest);
      receiptSites.put(pair, sites.of(record));
    } else if (inputs.isPresent(at) && inputs.pairOf(at) < 0) {
      unread.put(
          at,
          new Unread(
              receipt.getStanding() + " " + receipt.getReason(),
              receipt.getCopies(),
              coordinates.of(receipt.getOrigin()),
              digest,
              sites.of(record)));
    } else {
      breaches.add(Breach.RECEIPT, site + " is of '" + key + "', which nobody sent");
    }
  }

  /** After all receipts: compares them with where everything is. */
  void check() {
    for (int pair = 0; pair < pairs.count(); pair++) {
      if (pairs.received.get(pair) > 0) {
        check(pair);
      }
    }
    inputs.each(
        at -> {
          if (inputs.pairOf(at) < 0) {
            checkUnread(at);
          }
        });
  }

  private void checkUnread(long at) {
    String of = "the receipt of " + inputs.named(at) + " ";
    String right = "QUARANTINED " + outputs.reasonOf(at).map(RejectReason::name).orElse("");
    Unread found = unread.get(at);
    String says = found == null ? "nothing" : found.standing();
    if (!says.equals(right)) {
      breaches.add(Breach.RECEIPT, of + "says " + says + ", not " + right);
      return;
    }
    if (found.copies() != 1) {
      breaches.add(Breach.RECEIPT, of + "counts " + found.copies() + " copies, and there is 1");
    }
    if (found.origin() != at) {
      breaches.add(Breach.RECEIPT, of + "names " + coordinates.text(found.origin()));
    }
    checkSaid(of, at, found.said(), found.site());
  }

  /** Whether a receipt says what the output of its record does, and what was received. */
  private void checkSaid(String of, long origin, long digest, long site) {
    if (outputs.saidOf(origin) == 0) {
      return; // of which of its outputs it is, nobody can say; that there are two, is said already
    }
    if (digest == digest(outputs.saidOf(origin), inputs.receivedOf(origin))) {
      return;
    }
    String sentence = of + "(" + sites.text(site) + ") says otherwise than " + inputs.named(origin);
    if (breaches.keepsMore(Breach.RECEIPT)) {
      sentence += ": " + difference(origin, site);
    }
    breaches.add(Breach.RECEIPT, sentence);
  }

  private String difference(long origin, long site) {
    Optional<Receipt> receipt =
        Reading.one(cluster, sites.partition(site), sites.offset(site))
            .flatMap(record -> values.read(values.topics().receipts(), record.value()).found());
    Optional<Fields> wantedSaid = outputs.saidAgain(origin);
    Optional<RawFacts> raw = inputs.again(origin);
    if (receipt.isEmpty() || wantedSaid.isEmpty() || raw.isEmpty()) {
      return "one of the records is gone";
    }
    return Stream.of(
            said(receipt.get()).differenceFrom(wantedSaid.get()),
            received(receipt.get()).differenceFrom(raw.get().received()))
        .filter(difference -> !difference.isEmpty())
        .collect(Collectors.joining(", "));
  }

  private void check(int pair) {
    long standing = standings.get(pair);
    String of = "the receipt of pair " + pairs.id(pair) + " ";
    if (standing == 0) {
      breaches.add(
          Breach.RECEIPT,
          "pair "
              + pairs.id(pair)
              + ", "
              + inputs.named(pairs.heldBy.get(pair) - 1)
              + ", has no receipt");
      return;
    }
    String stands = STANDINGS.at(standing).orElseThrow();
    boolean published = pairs.publications.get(pair) > 0;
    boolean rejected = outputs.reasonOf(pairs.heldBy.get(pair) - 1).isPresent();
    if (!published && !rejected) {
      return; // it left by no door, which is said already
    }
    String right =
        published
            ? STANDINGS.at(pairs.publishedBy.get(pair)).orElseThrow()
            : Standing.QUARANTINED.name();
    long origin = origins.get(pair) - 2;
    if (!stands.equals(right)) {
      breaches.add(Breach.RECEIPT, of + "says " + stands + ", and it stands as " + right);
    } else if (published && origin != pairs.publishedFor.get(pair) - 1) {
      breaches.add(
          Breach.RECEIPT,
          of
              + "names "
              + coordinates.text(origin)
              + ", and it is published for "
              + coordinates.text(pairs.publishedFor.get(pair) - 1));
    } else if (!published
        && (!inputs.isPresent(origin)
            || inputs.pairOf(origin) != pair
            || !outputs
                .reasonOf(origin)
                .map(RejectReason::name)
                .equals(REASONS.at(reasons.get(pair))))) {
      breaches.add(
          Breach.RECEIPT,
          of
              + "names "
              + coordinates.text(origin)
              + " and another reason than that record has in quarantine");
    } else {
      checkSaid(of, origin, said.get(pair), receiptSites.get(pair));
    }
    if (copies.get(pair) != pairs.received.get(pair)) {
      breaches.add(
          Breach.RECEIPT,
          of
              + "counts "
              + copies.get(pair)
              + " copies, and there are "
              + pairs.received.get(pair)
              + " raw records of it");
    }
  }
}

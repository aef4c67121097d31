package io.pairstream.chaos.verify;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.Receipt;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * The last receipt of each pair, and of each record that has no pair id: whether it says what the
 * topics say.
 */
final class Receipts {

  private final Values values;
  private final int partitions;
  private final Inputs inputs;
  private final Breaches breaches;

  /** Records without a pair, by the coordinates that are their receipts' keys. */
  private final Map<String, Input> unread = new HashMap<>();

  /**
   * @param partitions of the receipts' topic
   */
  Receipts(Values values, int partitions, Inputs inputs, Breaches breaches) {
    this.values = values;
    this.partitions = partitions;
    this.inputs = inputs;
    this.breaches = breaches;
    for (Input input : inputs.all()) {
      if (input.pair.isEmpty()) {
        unread.put(input.at.toString(), input);
      }
    }
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
            receipt.getDecidedAt())
        .and(RawFacts.received(receipt.getReceivedAt(), receipt.getReviewId()));
  }

  void take(ConsumerRecord<byte[], byte[]> record) {
    Site site = Site.of(record);
    String key = record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
    if (!Values.isOnItsPartition(record, partitions)) {
      // There it is in no order with those of its pair that lie where they belong.
      differs(site + ", of '" + key + "', is on a partition that is not its key's");
      return;
    }
    if (record.value() == null) {
      differs(site + " removes the receipt of " + key);
      return;
    }
    Values.Read<Receipt> read = values.read(values.topics().receipts(), record.value());
    if (read.found().isEmpty()) {
      differs(site + " cannot be read: " + read.why());
      return;
    }
    Receipt receipt = read.found().get();
    Optional<Pair> pair = inputs.pair(key);
    if (pair.isPresent()) {
      pair.get().receipt = receipt;
      pair.get().receiptSite = site;
    } else if (unread.containsKey(key)) {
      unread.get(key).receipt = receipt;
      unread.get(key).receiptSite = site;
    } else {
      differs(site + " is of '" + key + "', which nobody sent");
    }
  }

  /** After all receipts: compares them with where everything is. */
  void check() {
    inputs.pairs().stream().filter(pair -> pair.received > 0).forEach(this::check);
    unread.values().forEach(this::checkUnread);
  }

  private void checkUnread(Input input) {
    String of = "the receipt of " + input + " ";
    String right = PairStatus.QUARANTINED + " " + input.reason.map(RejectReason::name).orElse("");
    Receipt found = input.receipt;
    String says = found == null ? "nothing" : found.getStanding() + " " + found.getReason();
    if (!says.equals(right)) {
      differs(of + "says " + says + ", not " + right);
      return;
    }
    if (found.getCopies() != 1) {
      differs(of + "counts " + found.getCopies() + " copies, and there is 1");
    }
    if (!Site.of(found.getOrigin()).equals(input.at)) {
      differs(of + "names " + Site.of(found.getOrigin()));
    }
    checkSaid(of, input, found, input.receiptSite);
  }

  /** Whether a receipt says what the output of its record does, and what was received. */
  private void checkSaid(String of, Input input, Receipt receipt, Site site) {
    if (input.said.isEmpty()) {
      return; // of which of its outputs it is, nobody can say; that there are two, is said already
    }
    Fields right = input.said.get().and(input.facts.orElseThrow().received());
    String difference = said(receipt).differenceFrom(right);
    if (!difference.isEmpty()) {
      differs(of + "(" + site + ") says otherwise than " + input + ": " + difference);
    }
  }

  private void check(Pair pair) {
    String of = "the receipt of pair " + pair.id + " ";
    Receipt receipt = pair.receipt;
    if (receipt == null) {
      differs("pair " + pair.id + ", " + pair.heldBy + ", has no receipt");
      return;
    }
    boolean published = pair.publications > 0;
    if (!published && pair.heldBy.reason.isEmpty()) {
      return; // it has no output, which is said already
    }
    String right = published ? Outputs.split(pair.publishedOn) : PairStatus.QUARANTINED.name();
    Site named = Site.of(receipt.getOrigin());
    Optional<Input> origin = inputs.at(named);
    if (!receipt.getStanding().equals(right)) {
      differs(of + "says " + receipt.getStanding() + ", and it stands as " + right);
    } else if (published && !named.equals(pair.publishedFor.at)) {
      differs(of + "names " + named + ", and it is published for " + pair.publishedFor.at);
    } else if (!published
        && (origin.flatMap(input -> input.pair).filter(pair::equals).isEmpty()
            || !origin
                .get()
                .reason
                .map(RejectReason::name)
                .equals(Optional.of(receipt.getReason())))) {
      differs(of + "names " + named + " and another reason than that record has in quarantine");
    } else {
      checkSaid(of, origin.orElseThrow(), receipt, pair.receiptSite);
    }
    if (receipt.getCopies() != pair.received) {
      differs(
          of
              + "counts "
              + receipt.getCopies()
              + " copies, and there are "
              + pair.received
              + " raw records of it");
    }
  }

  private void differs(String sentence) {
    breaches.add(Breach.RECEIPT, sentence);
  }
}

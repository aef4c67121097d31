package io.pairstream.chaos.verify;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.Standing;
import io.pairstream.schemas.topics.PairTopics;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;

/**
 * The last receipt of each pair, and of each record that has no pair id: whether it says what the
 * topics say.
 */
final class Receipts {

  private static final Codes<String> STANDINGS =
      new Codes<>(Arrays.stream(Standing.values()).map(Standing::name).toList());
  private static final Codes<String> REASONS =
      new Codes<>(Arrays.stream(RejectReason.values()).map(RejectReason::name).toList());

  private final PairTopics topics;
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

  /** Reasons by the coordinates of records without a pair id. */
  private final Map<Long, String> unread = new HashMap<>();

  Receipts(
      PairTopics topics,
      Coordinates coordinates,
      Inputs inputs,
      Outputs outputs,
      Pairs pairs,
      Breaches breaches) {
    this.topics = topics;
    this.coordinates = coordinates;
    this.inputs = inputs;
    this.outputs = outputs;
    this.pairs = pairs;
    this.breaches = breaches;
  }

  void take(ConsumerRecord<byte[], byte[]> record) {
    String site = record.topic() + "-" + record.partition() + "-" + record.offset();
    String key = record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
    Receipt receipt;
    try {
      receipt =
          record.value() == null
              ? null
              : topics.receipts().value().deserializer().deserialize("", record.value());
    } catch (SerializationException e) {
      breaches.add(Breach.RECEIPT, site + " cannot be read: " + e.getMessage());
      return;
    }
    int pair = pairs.find(key);
    long at = coordinates.parse(key);
    if (receipt == null) {
      breaches.add(Breach.RECEIPT, site + " removes the receipt of " + key);
    } else if (pair >= 0) {
      standings.put(pair, STANDINGS.of(receipt.getStanding()));
      copies.put(pair, receipt.getCopies());
      origins.put(pair, coordinates.of(receipt.getOrigin()) + 2);
      reasons.put(pair, REASONS.of(receipt.getReason()));
    } else if (inputs.isPresent(at) && inputs.pairOf(at) < 0) {
      unread.put(at, receipt.getStanding() + " " + receipt.getReason());
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
            String expected =
                "QUARANTINED " + outputs.reasonOf(at).map(RejectReason::name).orElse("");
            String found = unread.getOrDefault(at, "nothing");
            if (!found.equals(expected)) {
              breaches.add(
                  Breach.RECEIPT,
                  "the receipt of " + inputs.named(at) + " says " + found + ", not " + expected);
            }
          }
        });
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
    String said = STANDINGS.at(standing).orElseThrow();
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
    if (!said.equals(right)) {
      breaches.add(Breach.RECEIPT, of + "says " + said + ", and it stands as " + right);
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

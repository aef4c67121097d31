package io.pairstream.chaos.faults;

import io.pairstream.chaos.load.LedgerEntry;
import io.pairstream.chaos.load.SeededLoad;
import io.pairstream.chaos.load.SentKind;
import io.pairstream.chaos.load.SentLedger;
import io.pairstream.chaos.load.SentPair;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.RecordMetadata;

/**
 * Good pairs that faults send beside the producers, and the ledger in which they note them, so that
 * they are accounted for like all others. Thread-safe.
 */
public final class OwnRecords {

  private final SeededLoad load;
  private final SentLedger ledger;
  private final AtomicLong next;

  /**
   * @param first number of the load from which on nobody else sends any
   */
  public OwnRecords(SeededLoad load, SentLedger ledger, long first) {
    this.load = load;
    this.ledger = ledger;
    this.next = new AtomicLong(first);
  }

  /** A good pair that nobody has sent. */
  SentPair take() {
    return load.at(next.getAndIncrement(), SentKind.GOOD);
  }

  /** Notes that the platform has it. */
  void acknowledged(SentPair pair, byte[] value, RecordMetadata at) {
    note(pair, value, LedgerEntry.Fate.ACKNOWLEDGED, at.topic(), at.partition(), at.offset(), "");
  }

  /** Notes that the platform may have it. */
  void unsure(SentPair pair, byte[] value, String topic, String why) {
    note(pair, value, LedgerEntry.Fate.UNSURE, topic, -1, -1, why);
  }

  private void note(
      SentPair pair,
      byte[] value,
      LedgerEntry.Fate fate,
      String topic,
      int partition,
      long offset,
      String words) {
    ledger.add(
        new LedgerEntry(
            fate,
            pair.number(),
            pair.kind(),
            topic,
            partition,
            offset,
            sha256(value),
            pair.pairId(),
            pair.imageDigest(),
            Instant.now(),
            words));
  }

  private static String sha256(byte[] value) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(value));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}

package io.pairstream.chaos.load;

import java.time.Instant;

/**
 * What a producer knows of one attempt to send a record.
 *
 * @param number the record's place in the load
 * @param topic full name of the raw topic
 * @param partition where it is; -1 where that is not known
 * @param offset where it is; -1 where that is not known
 * @param valueDigest lower-case hex SHA-256 of the record's value; {@value #NO_VALUE} where it has
 *     none, and empty where the ingest API wrote it
 * @param pairId empty where the record cannot be read
 * @param imageDigest empty where the record cannot be read
 * @param at when the fate was known
 * @param words why an attempt failed; empty otherwise
 */
public record LedgerEntry(
    Fate fate,
    long number,
    SentKind kind,
    String topic,
    int partition,
    long offset,
    String valueDigest,
    String pairId,
    String imageDigest,
    Instant at,
    String words) {

  /** In the place of a digest. */
  public static final String NO_VALUE = "none";

  public LedgerEntry {
    requireHex("value", valueDigest.equals(NO_VALUE) ? "" : valueDigest, 64);
    requireHex("pair", pairId, 32);
    requireHex("image", imageDigest, 64);
  }

  private static void requireHex(String name, String text, int digits) {
    if (!text.isEmpty() && !text.matches("[0-9a-f]{" + digits + "}")) {
      throw new IllegalArgumentException(
          name + " has " + digits + " hex digits, or none at all, not '" + text + "'");
    }
  }

  /** What became of an attempt. */
  public enum Fate {
    /** The platform said that it has the record. */
    ACKNOWLEDGED,
    /** No answer, or one that leaves it open: the record may be there or not. */
    UNSURE,
    /** The ingest API refused the record for good. */
    REFUSED
  }

  /** Whether it was sent by HTTP. */
  public boolean isByHttp() {
    return valueDigest.isEmpty();
  }
}

package io.pairstream.chaos.load;

import java.util.Optional;

/**
 * A producer's knowledge of one attempt to send a record.
 *
 * @param number the record's place in the load
 * @param at where it is; empty where that is not known
 * @param valueDigest of the record's value; empty where the ingest API wrote it
 * @param pairId empty where the record cannot be read
 * @param imageDigest empty where the record cannot be read
 * @param words why an attempt failed; empty otherwise
 */
public record LedgerEntry(
    Fate fate,
    long number,
    SentKind kind,
    Optional<Site> at,
    String valueDigest,
    String pairId,
    String imageDigest,
    String words) {

  /** Result of an attempt. */
  public enum Fate {
    /** The platform said that it has the record. */
    ACKNOWLEDGED,

    /** No answer, or one that leaves it open: the record may be there or not. */
    UNSURE,

    /** The ingest API refused the record for good. */
    REFUSED
  }

  public static LedgerEntry acknowledged(SentPair pair, String valueDigest, Site at) {
    return of(Fate.ACKNOWLEDGED, pair, Optional.of(at), valueDigest, "");
  }

  public static LedgerEntry failed(Fate fate, SentPair pair, String valueDigest, String words) {
    return of(fate, pair, Optional.empty(), valueDigest, words);
  }

  private static LedgerEntry of(
      Fate fate, SentPair pair, Optional<Site> at, String valueDigest, String words) {
    return new LedgerEntry(
        fate,
        pair.number(),
        pair.kind(),
        at,
        valueDigest,
        pair.pairId(),
        pair.imageDigest(),
        words);
  }

  public boolean isByHttp() {
    return valueDigest.isEmpty();
  }
}

package io.pairstream.ingest.status;

/**
 * Where a pair or a link stands, as its producer sees it.
 *
 * <p>The name is part of the contract. Those before {@link #TRAINING} come from the ingest APIs and
 * the fetcher, the others from receipts; {@link #UNKNOWN} is in no record.
 */
public enum ReportedStatus {
  RECEIVED(false, "It is in Kafka and waits to be judged, or as a link to be fetched."),
  WAITING(false, "Its image could not be fetched yet; it is tried again."),
  FETCHED(false, "Its image is fetched; the pair waits to be judged."),
  FETCH_FAILED(true, "Its image could not be fetched."),
  TRAINING(true, "It is published for training."),
  VALIDATION(true, "It is published for validation."),
  TEST(true, "It is published for testing."),
  QUARANTINED(true, "It was rejected."),
  WITHDRAWN(true, "It is withdrawn: it is not handed out any more, and a copy is not taken."),
  UNKNOWN(false, "Its record says where it stands in a word that is not known here.");

  private final boolean isFinal;
  private final String says;

  ReportedStatus(boolean isFinal, String says) {
    this.isFinal = isFinal;
    this.says = says;
  }

  /** The one of that name; {@link #UNKNOWN} for a word that a later version, or nobody, knows. */
  static ReportedStatus named(String word) {
    for (ReportedStatus stand : values()) {
      if (stand.name().equals(word)) {
        return stand;
      }
    }
    return UNKNOWN;
  }

  /** Whether nothing more happens by itself. */
  public boolean isFinal() {
    return isFinal;
  }

  /** In plain words. */
  public String says() {
    return says;
  }

  /** Whether the pair is in the data set. */
  boolean isPublished() {
    return this == TRAINING || this == VALIDATION || this == TEST;
  }
}

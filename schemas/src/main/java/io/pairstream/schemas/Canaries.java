package io.pairstream.schemas;

/** Pairs that the platform sends itself, to see whether pairs come out. */
public final class Canaries {

  /** Contributor of every canary. */
  public static final String CONTRIBUTOR = "pairstream-canary";

  /** Label of a canary's counts, in place of its source. */
  public static final String SOURCE = "CANARY";

  private Canaries() {}

  /**
   * Whether a pair is a canary. One that came through the ingest API has a producer, and is none
   * whatever its contributor.
   */
  public static boolean is(String contributor, String producer) {
    return contributor.equals(CONTRIBUTOR) && producer.isEmpty();
  }

  /** Whether a pair with this metadata is a canary. */
  public static boolean is(PairMetadata pair) {
    return is(pair.getContributor(), pair.getProducer());
  }

  /** The source by which a pair is counted: its kind, or {@link #SOURCE}. */
  public static String source(PairMetadata pair) {
    return is(pair) ? SOURCE : pair.getSourceKind();
  }
}

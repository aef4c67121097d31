package io.pairstream.service.keys;

/**
 * How much a producer may send, in the long run; 0 leaves it to another to say.
 *
 * @param recordsPerSecond pairs and links; 0 or more, may be infinite
 * @param bytesPerSecond of request bodies; 0 or more, may be infinite
 */
public record Rates(double recordsPerSecond, double bytesPerSecond) {

  /** Says nothing. */
  public static final Rates UNSAID = new Rates(0, 0);

  /** Sets no limit. */
  public static final Rates UNLIMITED =
      new Rates(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);

  public Rates {
    require("records per second", recordsPerSecond);
    require("bytes per second", bytesPerSecond);
  }

  /** This quota, and {@code other} where this one says nothing. */
  public Rates or(Rates other) {
    return new Rates(
        recordsPerSecond == 0 ? other.recordsPerSecond : recordsPerSecond,
        bytesPerSecond == 0 ? other.bytesPerSecond : bytesPerSecond);
  }

  /**
   * The part of it that one of several instances grants.
   *
   * @param instances at least 1
   */
  public Rates sharedBy(int instances) {
    return new Rates(recordsPerSecond / instances, bytesPerSecond / instances);
  }

  private static void require(String what, double value) {
    if (!(value >= 0)) { // written this way round so that NaN is refused too
      throw new IllegalArgumentException(what + " must be at least 0, was " + value);
    }
  }
}

package io.pairstream.tools.size;

/**
 * Pairs, pictures and samples that a cluster has to carry.
 *
 * @param pairsPerSecond pairs that arrive, at the busiest time
 * @param pairs pairs that arrive in all
 * @param pictureBytes mean size of a picture as it arrives, in bytes
 * @param samplesPerSecond samples that all trainers read together
 * @param copies replicas of each partition
 * @param rawDays days for which raw pairs are kept
 * @param cores cores of one machine
 */
public record Workload(
    double pairsPerSecond,
    long pairs,
    long pictureBytes,
    double samplesPerSecond,
    int copies,
    int rawDays,
    int cores) {

  /** Throws {@link IllegalArgumentException} with a sentence for what makes no sense. */
  public Workload {
    require(
        pairsPerSecond > 0 && pairsPerSecond <= 1e9,
        "pairs per second must be above 0, at most 1e9, was " + pairsPerSecond);
    require(
        pairs >= 1 && pairs <= 1_000_000_000_000L,
        "pairs must be at least 1, at most 1e12, was " + pairs);
    require(
        pictureBytes >= 1_000 && pictureBytes <= 100_000_000,
        "bytes of a picture must be 1000 to 100000000, was " + pictureBytes);
    require(
        samplesPerSecond >= 0 && samplesPerSecond <= 1e9,
        "samples per second must be 0 to 1e9, was " + samplesPerSecond);
    require(copies >= 1 && copies <= 9, "copies must be 1 to 9, was " + copies);
    require(rawDays >= 1 && rawDays <= 3_650, "days must be 1 to 3650, was " + rawDays);
    require(cores >= 1 && cores <= 1_024, "cores of a machine must be 1 to 1024, was " + cores);
  }

  private static void require(boolean right, String complaint) {
    if (!right) {
      throw new IllegalArgumentException(complaint);
    }
  }
}

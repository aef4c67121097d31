package io.pairstream.benchmarks;

/**
 * What a contender did with a set of files, once or several times over.
 *
 * @param images files that became a picture
 * @param failures files that did not
 * @param cpuSeconds user and system time of its processes, together
 * @param wallSeconds time on the clock
 */
public record Pass(long images, long failures, double cpuSeconds, double wallSeconds) {

  public static final Pass NOTHING = new Pass(0, 0, 0, 0);

  /** Both together. */
  public Pass plus(Pass other) {
    return new Pass(
        images + other.images,
        failures + other.failures,
        cpuSeconds + other.cpuSeconds,
        wallSeconds + other.wallSeconds);
  }

  /** Pictures per second of processor time: what one core does when it does nothing else. */
  public double perCpuSecond() {
    return images / cpuSeconds;
  }

  /** Pictures per second on the clock. */
  public double perWallSecond() {
    return images / wallSeconds;
  }

  /** Share of the files that became no picture. */
  public double failureShare() {
    return Math.round(1e4 * failures / Math.max(1, images + failures)) / 1e4;
  }
}

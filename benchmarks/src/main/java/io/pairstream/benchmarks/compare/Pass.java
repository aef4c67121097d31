package io.pairstream.benchmarks.compare;

/**
 * What a contender did with a set of files, once or several times over.
 *
 * @param images files that became a picture
 * @param failures files that did not
 * @param cpuSeconds user and system time of its processes, together
 * @param wallSeconds time on the clock
 */
record Pass(long images, long failures, double cpuSeconds, double wallSeconds) {

  static final Pass NOTHING = new Pass(0, 0, 0, 0);

  Pass plus(Pass other) {
    return new Pass(
        images + other.images,
        failures + other.failures,
        cpuSeconds + other.cpuSeconds,
        wallSeconds + other.wallSeconds);
  }

  /** Pictures per second of processor time: what one core does when it does nothing else. */
  double perCpuSecond() {
    return images / cpuSeconds;
  }

  double perWallSecond() {
    return images / wallSeconds;
  }
}

package io.pairstream.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the figures were measured on, and what else it did meanwhile.
 *
 * @param cores processors
 * @param model the processor's name, or its architecture
 * @param java the version that measured
 * @param loadBefore processes that wanted to run before the measurement began
 * @param loadAfter the same at its end
 */
record Machine(int cores, String model, String java, double loadBefore, double loadAfter) {

  /** The machine as it is now; {@code loadBefore} is what {@link #load} said at the beginning. */
  static Machine now(double loadBefore) throws IOException {
    Path info = Path.of("/proc/cpuinfo");
    String model = System.getProperty("os.arch");
    if (Files.isReadable(info)) {
      model =
          Files.readAllLines(info).stream()
              .filter(line -> line.startsWith("model name"))
              .map(line -> line.substring(line.indexOf(':') + 1).strip())
              .findFirst()
              .orElse(model);
    }
    return new Machine(
        Runtime.getRuntime().availableProcessors(),
        model,
        Runtime.version().toString(),
        loadBefore,
        load());
  }

  /** Processes that want to run, on average over the last minute; negative where nobody knows. */
  static double load() {
    return Math.round(ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage() * 100)
        / 100.0;
  }
}

package io.pairstream.benchmarks.compare;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the figures were measured on, and what else it did meanwhile. */
public final class Machine {

  private Machine() {}

  /**
   * The machine in words and numbers.
   *
   * @param loadBefore processes that wanted to run, on average, before the measurement began
   */
  public static ObjectNode describe(double loadBefore) throws IOException {
    int cores = Runtime.getRuntime().availableProcessors();
    double loadAfter = load();
    String words =
        String.format(
            "%d x %s, Java %s, load %s before and %s after",
            cores, processor(), Runtime.version(), loadBefore, loadAfter);
    return JsonNodeFactory.instance
        .objectNode()
        .put("cores", cores)
        .put("model", processor())
        .put("system", System.getProperty("os.name") + " " + System.getProperty("os.arch"))
        .put("java", Runtime.version().toString())
        .put("load_before", loadBefore)
        .put("load_after", loadAfter)
        .put("in_words", words);
  }

  /** Processes that want to run, on average over the last minute; negative where nobody knows. */
  public static double load() {
    return Math.round(ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage() * 100)
        / 100.0;
  }

  private static String processor() throws IOException {
    Path info = Path.of("/proc/cpuinfo");
    if (!Files.isReadable(info)) {
      return System.getProperty("os.arch");
    }
    return Files.readAllLines(info).stream()
        .filter(line -> line.startsWith("model name"))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse(System.getProperty("os.arch"));
  }
}

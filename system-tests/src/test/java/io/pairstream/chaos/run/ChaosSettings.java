package io.pairstream.chaos.run;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * What a run is asked to do. Every key is a system property below {@value #PREFIX}.
 *
 * @param seed of everything random
 * @param records how many the producers send and see acknowledged, 100 to 10,000,000
 * @param faults how many are injected, 0 to 10,000
 * @param instances of preprocessing, 1 to 9
 * @param recordsPerSecond at most, of all producers together, 1 to 100,000
 * @param kinds the faults' kinds that may come, each by a part of its name; empty for all that are
 *     possible
 * @param trainer whether a trainer reads meanwhile and is killed too
 * @param folder where logs, ledger and time line are kept while the run lasts
 * @param report where the page is written; its figures go beside it, ending in {@code .json}
 * @param keep whether the folder stays although the run passed
 * @param stayMinutes how long brokers and registry stay up behind the verdict, for somebody who
 *     tampers by hand; 0 to 1,440; the folder then stays too
 */
public record ChaosSettings(
    long seed,
    long records,
    int faults,
    int instances,
    int recordsPerSecond,
    List<String> kinds,
    boolean trainer,
    Path folder,
    Path report,
    boolean keep,
    int stayMinutes) {

  static final String PREFIX = "chaos.";

  private static final int MOST_MINUTES = 1_440;

  /** Keys below the prefix that say which command runs, and are nobody's setting here. */
  private static final List<String> OTHERS = List.of("scale-out");

  public ChaosSettings {
    kinds = List.copyOf(kinds);
    List<String> problems = new ArrayList<>();
    limit(problems, "records", records, 100, 10_000_000);
    limit(problems, "faults", faults, 0, 10_000);
    limit(problems, "instances", instances, 1, 9);
    limit(problems, "records-per-second", recordsPerSecond, 1, 100_000);
    limit(problems, "stay", stayMinutes, 0, MOST_MINUTES);
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", problems));
    }
  }

  /**
   * These settings, changed by what the properties say.
   *
   * @throws IllegalArgumentException with a line for each mistake
   */
  public ChaosSettings with(Properties properties) {
    Reader reader = new Reader(properties);
    long newSeed = reader.read("seed", seed, Long::valueOf, "a whole number");
    long newRecords = reader.number("records", records, 100, 10_000_000);
    int newFaults = (int) reader.number("faults", faults, 0, 10_000);
    int newInstances = (int) reader.number("instances", instances, 1, 9);
    int newRate = (int) reader.number("records-per-second", recordsPerSecond, 1, 100_000);
    List<String> newKinds = reader.read("kinds", kinds, ChaosSettings::parts, "names");
    boolean newTrainer = reader.read("trainer", trainer, ChaosSettings::truth, "true or false");
    Path newFolder = reader.read("folder", folder, Path::of, "a path");
    Path newReport = reader.read("report", report, Path::of, "a path");
    boolean newKeep = reader.read("keep", keep, ChaosSettings::truth, "true or false");
    int newStay = (int) reader.number("stay", stayMinutes, 0, MOST_MINUTES);
    reader.finish();
    return new ChaosSettings(
        newSeed,
        newRecords,
        newFaults,
        newInstances,
        newRate,
        newKinds,
        newTrainer,
        newFolder,
        newReport,
        newKeep,
        newStay);
  }

  /** Whether the folder stays although the run passed. */
  boolean keepsFolder() {
    return keep || stayMinutes > 0;
  }

  /** The options that make this run again, for a command line. */
  public String asOptions() {
    Map<String, Object> options = new LinkedHashMap<>();
    options.put("seed", seed);
    options.put("records", records);
    options.put("faults", faults);
    options.put("instances", instances);
    options.put("records-per-second", recordsPerSecond);
    options.put("trainer", trainer);
    if (!kinds.isEmpty()) {
      options.put("kinds", "'" + String.join(",", kinds) + "'");
    }
    List<String> words = new ArrayList<>();
    options.forEach((key, value) -> words.add("-D" + PREFIX + key + "=" + value));
    return String.join(" ", words);
  }

  private static List<String> parts(String text) {
    return List.of(text.split(",", -1)).stream()
        .map(String::strip)
        .filter(part -> !part.isEmpty())
        .toList();
  }

  private static boolean truth(String text) {
    if (text.equals("true") || text.equals("false")) {
      return text.equals("true");
    }
    throw new IllegalArgumentException();
  }

  private static void limit(
      List<String> problems, String key, long value, long least, long greatest) {
    if (value < least || value > greatest) {
      problems.add(
          "%s%s must be from %d to %d, was %d".formatted(PREFIX, key, least, greatest, value));
    }
  }

  /** Reads keys, and remembers what is wrong with them until all have been read. */
  private static final class Reader {

    private final Properties properties;
    private final TreeSet<String> unread = new TreeSet<>();
    private final List<String> problems = new ArrayList<>();

    Reader(Properties properties) {
      this.properties = properties;
      for (String name : properties.stringPropertyNames()) {
        if (name.startsWith(PREFIX)) {
          unread.add(name);
        }
      }
      OTHERS.forEach(key -> unread.remove(PREFIX + key));
    }

    <T> T read(String key, T usual, Function<String, T> parse, String allowed) {
      unread.remove(PREFIX + key);
      String text = properties.getProperty(PREFIX + key);
      if (text == null || text.isBlank()) {
        return usual;
      }
      try {
        return parse.apply(text.strip());
      } catch (IllegalArgumentException e) {
        problems.add("%s%s must be %s, was %s".formatted(PREFIX, key, allowed, text));
        return usual;
      }
    }

    long number(String key, long usual, long least, long greatest) {
      long value = read(key, usual, Long::valueOf, "a whole number");
      int before = problems.size();
      limit(problems, key, value, least, greatest);
      return problems.size() == before ? value : usual;
    }

    void finish() {
      unread.forEach(name -> problems.add(name + ": no such setting"));
      if (!problems.isEmpty()) {
        throw new IllegalArgumentException(String.join("\n", problems));
      }
    }
  }
}

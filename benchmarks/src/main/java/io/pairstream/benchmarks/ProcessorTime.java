package io.pairstream.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Processor time used so far, by name of a process or of a group of threads.
 *
 * @param byName user and system time together; never negative
 */
record ProcessorTime(SortedMap<String, Duration> byName) {

  /** What Linux counts processor time in, whatever the kernel's own clock. */
  private static final Duration TICK = Duration.ofMillis(10);

  /** Beginnings of the names of a service's threads, as Linux shows them: cut to 15 bytes. */
  private static final Map<String, String> GROUPS =
      Map.ofEntries(
          Map.entry("pairs-preproces", "stream threads"),
          Map.entry("kafka-producer-", "producers"),
          Map.entry("kafka-coordinat", "heartbeats"),
          Map.entry("kafka-admin-cli", "admin"),
          Map.entry("rocksdb:", "store"),
          Map.entry("C1 Compiler", "compilers"),
          Map.entry("C2 Compiler", "compilers"),
          Map.entry("VM Thread", "garbage collection"),
          Map.entry("GC Thread", "garbage collection"),
          Map.entry("G1 ", "garbage collection"));

  /** That of several processes, each under its name, those of its children under another. */
  static ProcessorTime ofProcesses(Map<String, Long> pids, String children) {
    SortedMap<String, Duration> times = new TreeMap<>();
    pids.forEach(
        (name, pid) ->
            ProcessHandle.of(pid)
                .ifPresent(
                    process -> {
                      times.merge(name, used(process), Duration::plus);
                      process
                          .descendants()
                          .forEach(child -> times.merge(children, used(child), Duration::plus));
                    }));
    return new ProcessorTime(times);
  }

  /** That of a process, by what its threads do; empty where the system does not say. */
  static ProcessorTime ofThreads(long pid) {
    SortedMap<String, Duration> times = new TreeMap<>();
    Path tasks = Path.of("/proc", Long.toString(pid), "task");
    if (Files.isDirectory(tasks)) {
      try (DirectoryStream<Path> threads = Files.newDirectoryStream(tasks)) {
        for (Path thread : threads) {
          addThread(thread.resolve("stat"), times);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return new ProcessorTime(times);
  }

  /** What was used since an earlier time, in milliseconds per pair. */
  SortedMap<String, Double> perPair(ProcessorTime earlier, long pairs) {
    SortedMap<String, Double> perPair = new TreeMap<>();
    byName.forEach(
        (name, time) -> {
          Duration since = time.minus(earlier.byName.getOrDefault(name, Duration.ZERO));
          // A thread that has ended takes its time with it.
          long milliseconds = Math.max(0, since.toMillis());
          perPair.put(name, Math.round(milliseconds * 1e3 / pairs) / 1e3);
        });
    return perPair;
  }

  private static void addThread(Path stat, SortedMap<String, Duration> times) throws IOException {
    String line;
    try {
      line = Files.readString(stat, StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException e) {
      return; // it has ended
    } catch (IOException e) {
      if (!Files.exists(stat)) {
        return;
      }
      throw e;
    }
    // The name stands in parentheses and may hold some; behind the last one, state is the first.
    String name = line.substring(line.indexOf('(') + 1, line.lastIndexOf(')'));
    String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ");
    long ticks = Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    times.merge(group(name), TICK.multipliedBy(ticks), Duration::plus);
  }

  private static String group(String thread) {
    return GROUPS.entrySet().stream()
        .filter(group -> thread.startsWith(group.getKey()))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse("other");
  }

  private static Duration used(ProcessHandle process) {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }
}

package io.pairstream.benchmarks.watch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.operations.lag.Verdict;
import io.pairstream.schemas.Threads;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** The operators' watcher with its history, in a {@link WatchingProcess}. */
final class OurWatcher implements Watcher {

  private final String name;
  private final Process process;
  private final Path history;
  private final Map<String, Said> said = new ConcurrentHashMap<>();
  private volatile long tookMillis;

  /**
   * Starts it.
   *
   * @param name under what its figures are told
   * @param jvmOptions with which the process runs
   * @param history folder of its history
   */
  OurWatcher(String name, String bootstrapServers, List<String> jvmOptions, Path history)
      throws IOException {
    this.name = name;
    this.history = history;
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.addAll(jvmOptions);
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            WatchingProcess.class.getName(),
            bootstrapServers,
            history.toString()));
    process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    Thread reading = Threads.daemon("watcher", this::read);
    reading.start();
  }

  private void read() {
    JsonMapper json = new JsonMapper();
    try (BufferedReader lines = process.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonNode look = json.readTree(line);
        tookMillis = look.required("took_ms").asLong();
        look.required("changed")
            .properties()
            .forEach(group -> said.put(group.getKey(), said(group.getValue())));
      }
    } catch (IOException e) {
      if (process.isAlive()) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static Said said(JsonNode group) {
    Verdict verdict = Verdict.valueOf(group.required("verdict").asText());
    return new Said(
        verdict.name(),
        verdict == Verdict.STOP || verdict == Verdict.STALL,
        group.required("sentence").asText());
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public ProcessHandle process() {
    return process.toHandle();
  }

  @Override
  public Optional<Said> says(String group) {
    return Optional.ofNullable(said.get(group));
  }

  /** It does so by itself. */
  @Override
  public void look() {}

  @Override
  public void addTo(ObjectNode figures) {
    figures.put("last_look_ms", tookMillis);
    try (Stream<Path> files = Files.list(history)) {
      long bytes = 0;
      for (Path file : files.toList()) {
        bytes += Files.size(file);
      }
      figures.put("history_megabytes", Math.round(bytes / 1e5) / 10.0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.destroy();
    process.onExit().join();
  }
}

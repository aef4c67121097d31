package io.pairstream.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A program that makes training pictures, in a process of its own with all files in its memory.
 *
 * <p>It says {@code ready} and what it is, then answers each line {@code pass SET WORKERS} with
 * {@code done IMAGES FAILURES}. Its time is taken from outside, for it and its children alike, so
 * that all are measured by the same clock; Linux counts in steps of 10 ms.
 */
public final class Contender implements AutoCloseable {

  private static final int MAX_PASSES = 1000;

  private final String name;
  private final Process process;
  private final BufferedReader answers;
  private final Writer commands;
  private final JsonNode about;

  private Contender(
      String name, Process process, BufferedReader answers, Writer commands, JsonNode about) {
    this.name = name;
    this.process = process;
    this.answers = answers;
    this.commands = commands;
    this.about = about;
  }

  /** Why a contender cannot be measured on this machine. */
  public static final class AbsentException extends Exception {
    private static final long serialVersionUID = 1;

    AbsentException(String reason) {
      super(reason);
    }
  }

  /**
   * Starts a contender and waits until it has read all files.
   *
   * @param complaints where its stderr goes
   * @throws AbsentException if it says so, or ends
   */
  public static Contender start(String name, List<String> command, Path complaints)
      throws IOException, AbsentException {
    Process process =
        new ProcessBuilder(command)
            .redirectError(ProcessBuilder.Redirect.appendTo(complaints.toFile()))
            .start();
    BufferedReader answers =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    Writer commands =
        new BufferedWriter(
            new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
    String first = answers.readLine();
    if (first == null || !first.startsWith("ready ")) {
      process.destroy();
      throw new AbsentException(
          first != null && first.startsWith("absent ")
              ? first.substring("absent ".length())
              : "it does not start; see " + complaints.getFileName());
    }
    JsonNode about = new JsonMapper().readTree(first.substring("ready ".length()));
    return new Contender(name, process, answers, commands, about);
  }

  /** As it was started under. */
  public String name() {
    return name;
  }

  /** Of whatever does the work; empty if it does not say. */
  public String version() {
    return about.path("version").asText();
  }

  /** How the work is done; empty if it does not say. */
  public String calls() {
    return about.path("calls").asText();
  }

  /**
   * Has the whole set prepared, again and again until that took some processor time.
   *
   * @param seconds of processor time, at least; once through in any case
   */
  public Pass pass(String set, int workers, double seconds) throws IOException {
    Pass sum = Pass.NOTHING;
    for (int i = 0; i < MAX_PASSES && (i == 0 || sum.cpuSeconds() < seconds); i++) {
      Duration before = cpu();
      long start = System.nanoTime();
      String[] done = ask("pass " + set + " " + workers);
      double wall = (System.nanoTime() - start) / 1e9;
      double cpu = cpu().minus(before).toNanos() / 1e9;
      sum = sum.plus(new Pass(Long.parseLong(done[1]), Long.parseLong(done[2]), cpu, wall));
    }
    return sum;
  }

  /**
   * Has each picture of a set written as {@code INDEX.raw} or {@code INDEX.jpg}.
   *
   * @param command {@code write}, or {@code encode} where the contender knows it
   */
  public void write(String command, String set, Path directory) throws IOException {
    var unused = ask(command + " " + set + " " + directory);
  }

  private String[] ask(String command) throws IOException {
    commands.write(command + "\n");
    commands.flush();
    String answer = answers.readLine();
    if (answer == null || !answer.startsWith("done ")) {
      throw new IOException(name + " answers '" + command + "' with " + answer);
    }
    return answer.split(" ");
  }

  /** The most memory that the process itself took so far, in bytes. */
  public long mostResidentBytes() throws IOException {
    return Footprint.of(process.toHandle()).mostResidentBytes();
  }

  private Duration cpu() {
    return Stream.concat(Stream.of(process.toHandle()), process.descendants())
        .map(each -> each.info().totalCpuDuration().orElse(Duration.ZERO))
        .reduce(Duration.ZERO, Duration::plus);
  }

  /** Ends it, and whatever it started. */
  @Override
  public void close() {
    List<ProcessHandle> children = process.descendants().toList();
    try {
      commands.close();
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      process.destroyForcibly();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    children.forEach(ProcessHandle::destroyForcibly);
  }
}

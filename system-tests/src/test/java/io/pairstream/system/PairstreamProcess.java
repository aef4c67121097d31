package io.pairstream.system;

import io.pairstream.platform.Readiness;
import io.pairstream.testing.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A process of {@code pairstream}, with a log of its own. */
final class PairstreamProcess implements AutoCloseable {

  private static final Path APP =
      Path.of(System.getProperty("pairstream.project.dir"), "command/target/app");
  private static final Pattern LISTENS =
      Pattern.compile("(?:listening on|health and metrics on).*?(https?://\\S+)");

  private final Process process;
  private final Path log;

  private PairstreamProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /** A process that has yet to be started, as the launcher script starts it. */
  static ProcessBuilder builder(List<String> words) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-cp"));
    command.add(APP.resolve("lib") + "/*");
    command.add("io.pairstream.cli.Main");
    command.addAll(words);
    ProcessBuilder builder = new ProcessBuilder(command);
    // Also of its own processes: none lives long enough to gain from the second compiler.
    builder
        .environment()
        .merge("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1", (own, ours) -> own + " " + ours);
    return builder;
  }

  /**
   * Words of a command line.
   *
   * @param command its beginning, with spaces between the words
   * @param arguments its last words, which may have spaces in them
   */
  static List<String> words(String command, Object... arguments) {
    return Stream.concat(Stream.of(command.split(" ")), Stream.of(arguments).map(String::valueOf))
        .toList();
  }

  static PairstreamProcess start(Path log, String command, Object... arguments) throws IOException {
    return start(log, builder(words(command, arguments)));
  }

  static PairstreamProcess start(Path log, ProcessBuilder builder) throws IOException {
    return new PairstreamProcess(
        builder.redirectErrorStream(true).redirectOutput(log.toFile()).start(), log);
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** All that it has said. */
  String said() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Where it answers, such as {@code http://127.0.0.1:8080}, once it says so and, but for https, is
   * ready.
   */
  String awaitReady() {
    Await.until("it says where it listens", () -> address().isPresent(), this::said);
    String address = address().orElseThrow();
    if (address.startsWith("https:")) {
      return address;
    }
    Readiness health = Readiness.health(URI.create(address));
    Await.until("it is ready", () -> health.waitsFor().isEmpty(), this::said);
    return address;
  }

  private Optional<String> address() {
    Matcher listens = LISTENS.matcher(said());
    return listens.find() ? Optional.of(listens.group(1)) : Optional.empty();
  }

  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Waits until it has ended; its exit status. */
  int ended() throws InterruptedException {
    if (!process.waitFor(5, TimeUnit.MINUTES)) {
      throw new AssertionError("it does not end: " + said());
    }
    return process.exitValue();
  }

  /** Ends it as an operator does; its exit status. */
  int stop() throws InterruptedException {
    process.destroy();
    return ended();
  }

  @Override
  public void close() {
    try {
      stop();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      process.destroyForcibly();
    }
  }
}

package io.pairstream.platform;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Content of {@code platform.json} in a data directory: how to reach the platform that runs there.
 *
 * <p>As JSON: {@code bootstrap_servers}, {@code schema_registry}, one key per further address,
 * {@code pid}, {@code started_at} (milliseconds since 1970) and {@code processes}, a list of {@code
 * name}, {@code pid} and {@code started_at}.
 *
 * @param bootstrapServers of the broker, {@code host:port}
 * @param schemaRegistry base address of the registry's Confluent interface
 * @param addresses further addresses by key, such as {@code ingest_url}
 * @param pid of the process that holds the platform together
 * @param startedAt when that process began, in milliseconds since 1970
 * @param processes its children, in the order of their start
 */
public record PlatformFile(
    String bootstrapServers,
    String schemaRegistry,
    @JsonAnyGetter @JsonAnySetter Map<String, String> addresses,
    long pid,
    long startedAt,
    List<Child> processes) {

  private static final String NAME = "platform.json";
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  /**
   * A child process; one particular one, since numbers are used again.
   *
   * @param startedAt milliseconds since 1970, or 0 where the system does not tell
   */
  public record Child(String name, long pid, long startedAt) {

    /** Readings of a process's start differ by this much when the clock was corrected between. */
    private static final long TOLERANCE_MILLIS = 2_000;

    static Child of(String name, ProcessHandle process) {
      long startedAt = process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
      return new Child(name, process.pid(), startedAt);
    }

    /** The process, if it still lives. */
    Optional<ProcessHandle> find() {
      return ProcessHandle.of(pid)
          .filter(ProcessHandle::isAlive)
          .filter(one -> Math.abs(of(name, one).startedAt - startedAt) <= TOLERANCE_MILLIS);
    }

    /** Waits until the child of a platform that was killed has freed files and ports. */
    void awaitEnd(long deadlineNanos) {
      find()
          .ifPresent(
              orphan -> {
                try {
                  orphan.onExit().get(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
                } catch (TimeoutException | ExecutionException e) {
                  orphan.destroyForcibly();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                  throw new PlatformException("interrupted while an earlier platform ended", e);
                }
              });
    }
  }

  public PlatformFile {
    addresses = addresses == null ? Map.of() : Map.copyOf(addresses);
    processes = processes == null ? List.of() : List.copyOf(processes);
  }

  /** The platform that runs in {@code dataDirectory}, or nothing where none does. */
  public static Optional<PlatformFile> read(Path dataDirectory) throws IOException {
    return load(dataDirectory)
        .filter(file -> new Child("", file.pid, file.startedAt).find().isPresent());
  }

  /** Content of the file, whether or not its platform still runs. */
  public static Optional<PlatformFile> load(Path dataDirectory) throws IOException {
    if (!Files.isDirectory(dataDirectory)) {
      return Optional.empty();
    }
    try {
      byte[] json = Files.readAllBytes(dataDirectory.resolve(NAME));
      return Optional.ofNullable(JSON.readValue(json, PlatformFile.class))
          .filter(file -> file.bootstrapServers != null && file.schemaRegistry != null);
    } catch (NoSuchFileException | JsonProcessingException e) {
      return Optional.empty();
    }
  }

  /** Puts this in place of what the file said; a reader sees the one or the other, whole. */
  void write(Path dataDirectory) throws IOException {
    Path whole = dataDirectory.resolve(NAME + ".new");
    Files.writeString(whole, JSON.writeValueAsString(this) + "\n");
    Files.move(whole, dataDirectory.resolve(NAME), StandardCopyOption.ATOMIC_MOVE);
  }

  static void delete(Path dataDirectory) throws IOException {
    Files.deleteIfExists(dataDirectory.resolve(NAME));
  }
}

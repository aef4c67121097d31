package io.pairstream.chaos.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.pairstream.testing.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A process with the loader in Python, which trains on a view in batches, as it is asked to, and
 * goes on behind the last one wherever it was stopped.
 */
public final class Trainer implements AutoCloseable {

  private static final JsonMapper JSON = new JsonMapper();

  private final PlatformProcess process;
  private final Path kept;

  /**
   * @param process of {@code trainer.py}
   * @param kept file with what it has seen and its position
   */
  Trainer(PlatformProcess process, Path kept) {
    this.process = process;
    this.kept = kept;
  }

  /** Starts it and returns once it has cut its view. */
  public void start() {
    process.start();
    Await.until("the view is cut", () -> hasBegun() || hasEnded(), process::logEnd);
    train(1);
  }

  /** Whether it has ever been started. */
  public boolean hasBegun() {
    return Files.exists(kept);
  }

  /** Lets it take so many batches, and returns once it has, or the epoch is over. */
  public void train(int batches) {
    for (int i = 0; i < batches; i++) {
      int before = seen().size();
      process.say("a batch");
      Await.until(
          "a batch is taken",
          () -> seen().size() > before || isOver() || hasEnded(),
          process::logEnd);
      if (hasEnded()) {
        throw new AssertionError("the trainer has ended: " + process.logEnd());
      }
    }
  }

  /** Stops it amid its batches and goes on with another build's loader. */
  public void replaceBy(Path build) {
    for (int i = 0; i < 5; i++) {
      process.say("a batch");
    }
    process.replaceBy(build);
    train(1);
  }

  /** Ids of the pairs of all batches, in order. */
  public List<String> seen() {
    List<String> seen = new ArrayList<>();
    read().path("seen").forEach(id -> seen.add(id.asText()));
    return seen;
  }

  /** Whether the epoch is over. */
  public boolean isOver() {
    return read().path("over").asBoolean();
  }

  /** Number of samples of its view. */
  public int samples() {
    return read().path("samples").asInt();
  }

  private boolean hasEnded() {
    return !process.isRunning();
  }

  private JsonNode read() {
    try {
      return JSON.readTree(kept.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.kill();
  }

  @Override
  public String toString() {
    return process.toString();
  }
}

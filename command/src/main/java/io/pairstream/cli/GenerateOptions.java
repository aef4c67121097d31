package io.pairstream.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.ingest.generate.GenerationPlan;
import io.pairstream.ingest.generate.ImagesApi;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** Which API draws, and what it is asked. */
final class GenerateOptions {

  @Option(names = "--base-url", paramLabel = "URL", required = true)
  private String baseUrl;

  @Option(names = "--model", paramLabel = "M", required = true)
  private String model;

  @Option(names = "--api-key-file", paramLabel = "FILE")
  private Path keyFile;

  @Option(names = "--parameter", paramLabel = "NAME=VALUE")
  private Map<String, String> parameters = Map.of();

  @Option(names = "--requests-per-minute", paramLabel = "R", defaultValue = "20")
  private int requestsPerMinute;

  @Option(names = "--concurrency", paramLabel = "N", defaultValue = "4")
  private int concurrency;

  @Option(names = "--timeout", paramLabel = "SECONDS", defaultValue = "180")
  private int timeoutSeconds;

  @Option(names = "--language", paramLabel = "TAG", defaultValue = "")
  private String language;

  @Option(names = "--contributor", paramLabel = "X", defaultValue = "")
  private String contributor;

  @Option(names = "--licence", paramLabel = "X", defaultValue = "")
  private String licence;

  /**
   * The API.
   *
   * @throws IllegalArgumentException where the options make no sense
   */
  ImagesApi api() {
    return new ImagesApi(baseUrl, key(), Duration.ofSeconds(timeoutSeconds));
  }

  private String key() {
    try {
      return keyFile == null ? "" : Files.readString(keyFile).strip();
    } catch (IOException e) {
      throw new IllegalArgumentException("the key's file " + keyFile + " cannot be read", e);
    }
  }

  /**
   * What it is asked.
   *
   * @throws IllegalArgumentException where the options make no sense
   */
  GenerationPlan plan() {
    Map<String, JsonNode> all = new HashMap<>();
    parameters.forEach((name, value) -> all.put(name, GenerationPlan.value(value)));
    return new GenerationPlan(
        model, all, requestsPerMinute, concurrency, language, contributor, licence);
  }
}

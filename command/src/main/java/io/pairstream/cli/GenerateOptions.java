package io.pairstream.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.ingest.generate.ApiKey;
import io.pairstream.ingest.generate.ApiSettings;
import io.pairstream.ingest.generate.GenerationPlan;
import io.pairstream.ingest.generate.ImageRequest;
import java.net.URI;
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

  @Option(names = "--api-key-env", paramLabel = "NAME")
  private String keyVariable;

  @Option(names = "--parameter", paramLabel = "NAME=VALUE")
  private Map<String, String> parameters = Map.of();

  @Option(names = "--requests-per-minute", paramLabel = "R", defaultValue = "20")
  private int requestsPerMinute;

  @Option(names = "--concurrency", paramLabel = "N", defaultValue = "4")
  private int concurrency;

  @Option(names = "--attempts", paramLabel = "N", defaultValue = "5")
  private int attempts;

  @Option(names = "--timeout", paramLabel = "SECONDS", defaultValue = "180")
  private int timeoutSeconds;

  @Option(names = "--revised-captions")
  private boolean revisedCaptions;

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
  ApiSettings api() {
    return new ApiSettings(ApiSettings.address(baseUrl), key(), Duration.ofSeconds(timeoutSeconds));
  }

  /** Its address without the query, which may hold a secret. */
  String shownAddress() {
    URI address = ApiSettings.address(baseUrl);
    return address.getScheme() + "://" + address.getRawAuthority() + address.getRawPath();
  }

  private ApiKey key() {
    if (keyFile != null && keyVariable != null) {
      throw new IllegalArgumentException("--api-key-file and --api-key-env cannot both be given");
    }
    if (keyFile != null) {
      return ApiKey.fromFile(keyFile);
    }
    return keyVariable == null
        ? ApiKey.none()
        : ApiKey.fromEnvironment(keyVariable, System.getenv());
  }

  /**
   * What it is asked.
   *
   * @throws IllegalArgumentException where the options make no sense
   */
  GenerationPlan plan() {
    Map<String, JsonNode> all = new HashMap<>();
    parameters.forEach((name, value) -> all.put(name, ImageRequest.value(value)));
    return new GenerationPlan(
        new ImageRequest(model, all),
        requestsPerMinute,
        concurrency,
        attempts,
        revisedCaptions,
        language,
        contributor,
        licence);
  }
}

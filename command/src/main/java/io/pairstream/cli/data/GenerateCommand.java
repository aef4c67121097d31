package io.pairstream.cli.data;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.cli.command.ClusterCommand;
import io.pairstream.cli.command.Resumable;
import io.pairstream.ingest.generate.Generation;
import io.pairstream.ingest.generate.GenerationPlan;
import io.pairstream.ingest.generate.ImagesApi;
import io.pairstream.ingest.generate.PromptFile;
import io.pairstream.ingest.publish.PairPublisher;
import io.pairstream.service.openai.ApiStoppedException;
import io.pairstream.service.publish.PublishFailedException;
import io.pairstream.terminal.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code pairstream generate}: has an images API draw prompts, and publishes what it draws.
 *
 * <p>Exit status: 0 every prompt has its images, 1 some were refused or had no answer, 2 wrong
 * usage, 3 the API, the broker or the registry did not do their part.
 */
@Command(name = "generate")
public final class GenerateCommand extends ClusterCommand.Fit implements Resumable {

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

  @Option(names = "--timeout", paramLabel = "TIME", defaultValue = "180s")
  private Duration timeout;

  @Option(names = "--language", paramLabel = "TAG", defaultValue = "")
  private String language;

  @Mixin private AttributionOptions attribution;

  @Option(names = "--prompts", paramLabel = "FILE", required = true)
  private Path prompts;

  @Mixin private LimitOption limit;

  private record Generated(@JsonUnwrapped Generation.Result result, double seconds, Path state) {}

  @Override
  public Integer call() {
    long most = checked(limit::most);
    GenerationPlan plan = checked(this::plan);
    ImagesApi api = checked(this::api);
    PromptFile file = checked(() -> PromptFile.read(prompts));
    try (Progress progress = progress()) {
      GenerateProgress shown = new GenerateProgress(progress);
      file.problems().forEach(problem -> shown.problem(problem.where(), problem.message()));
      return generate(plan, api, file, most, shown);
    }
  }

  private int generate(
      GenerationPlan plan, ImagesApi api, PromptFile file, long most, GenerateProgress shown) {
    Path state = prompts.resolveSibling(prompts.getFileName() + ".answered.jsonl");
    Generation.Result result;
    try (PairPublisher publisher = pairPublisher()) {
      result = checked(() -> new Generation(plan, api, publisher, shown).run(file, state, most));
    } catch (ApiStoppedException | PublishFailedException | KafkaException e) {
      say(
          "%,d pair(|s) published before it stopped; the same command goes on there",
          shown.published());
      throw e;
    }
    double seconds = shown.seconds();
    return answer(
        new Generated(result, seconds, state),
        result.refused() + result.unanswered() + result.problems() == 0,
        () ->
            print(
                "%,d pair(|s) published from %,d prompt(|s) in %.1f s; %,d refused, %,d without an"
                    + " answer, %,d answered before, %,d line(|s) without a prompt",
                result.published(),
                result.answered(),
                seconds,
                result.refused(),
                result.unanswered(),
                result.answeredBefore(),
                result.problems()));
  }

  /**
   * The API.
   *
   * @throws IllegalArgumentException where the options make no sense
   */
  private ImagesApi api() {
    return new ImagesApi(baseUrl, key(), timeout);
  }

  private String key() {
    try {
      return keyFile == null ? "" : Files.readString(keyFile).strip();
    } catch (IOException e) {
      throw new IllegalArgumentException("the key's file " + keyFile + " cannot be read", e);
    }
  }

  /**
   * The plan of what the API is asked.
   *
   * @throws IllegalArgumentException where the options make no sense
   */
  private GenerationPlan plan() {
    Map<String, JsonNode> all = new HashMap<>();
    parameters.forEach((name, value) -> all.put(name, GenerationPlan.value(value)));
    return new GenerationPlan(
        model,
        all,
        requestsPerMinute,
        concurrency,
        language,
        attribution.contributor,
        attribution.licence);
  }
}

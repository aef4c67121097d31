package io.pairstream.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.pairstream.ingest.generate.ApiKey;
import io.pairstream.ingest.generate.ApiSettings;
import io.pairstream.ingest.generate.Generation;
import io.pairstream.ingest.generate.GenerationPlan;
import io.pairstream.ingest.generate.GenerationStoppedException;
import io.pairstream.ingest.generate.ImageRequest;
import io.pairstream.ingest.generate.PromptFile;
import io.pairstream.ingest.generate.UnusablePromptsException;
import io.pairstream.ingest.publish.PairPublisher;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.topics.Topic;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.AvroSerdes;
import io.pairstream.schemas.wire.MissingSchemaException;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.schemas.wire.RegistryUnavailableException;
import io.pairstream.service.Cluster;
import io.pairstream.service.publish.BrokerUnavailableException;
import io.pairstream.service.publish.MissingTopicException;
import io.pairstream.service.publish.PublishFailedException;
import io.pairstream.service.requirements.ClusterCheck;
import io.pairstream.terminal.Terminal;
import io.pairstream.terminal.TerminalText;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code pairstream generate}: has an images API draw prompts, and publishes what it draws.
 *
 * <p>Exit status: 0 every prompt has its images, 1 some were refused or had no answer, 2 wrong
 * usage, 3 the API, the broker or the registry did not do their part.
 */
@Command(name = "generate")
final class GenerateCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Mixin private ClusterOptions options;

  @Mixin private RequirementOptions requirements;

  @Option(names = "--prompts", paramLabel = "FILE", required = true)
  private Path prompts;

  @Option(names = "--base-url", paramLabel = "URL", required = true)
  private String baseUrl;

  @Option(names = "--model", paramLabel = "M", required = true)
  private String model;

  @Option(names = "--api-key-file", paramLabel = "FILE")
  private Path keyFile;

  @Option(names = "--api-key-env", paramLabel = "NAME")
  private String keyVariable;

  @Option(names = "--n", paramLabel = "N")
  private Integer n;

  @Option(names = "--size", paramLabel = "WxH")
  private String size;

  @Option(names = "--seed", paramLabel = "S")
  private Long seed;

  @Option(names = "--response-format", paramLabel = "F")
  private String responseFormat;

  @Option(names = "--parameter", paramLabel = "NAME=VALUE")
  private Map<String, String> parameters = Map.of();

  @Option(names = "--image-host", paramLabel = "HOST")
  private List<String> imageHosts = List.of();

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

  @Option(
      names = "--topic",
      paramLabel = "TOPIC",
      defaultValue = TopicCatalogue.CROWDSOURCED,
      completionCandidates = ImportCommand.RawTopics.class)
  private String topic;

  @Option(names = "--state", paramLabel = "FILE")
  private Path state;

  @Option(names = "--refused", paramLabel = "FILE")
  private Path refused;

  @Option(names = "--limit", paramLabel = "N")
  private Long limit;

  @Option(names = "--dry-run")
  private boolean dryRun;

  @Override
  public Integer call() {
    if (!ImportCommand.RawTopics.ALL.contains(topic)) {
      throw wrong(
          "--topic must be one of " + ImportCommand.RawTopics.ALL + ", was '" + topic + "'");
    }
    if (limit != null && limit < 0) {
      throw wrong("--limit must be at least 0, was " + limit);
    }
    GenerationPlan plan;
    ApiSettings api;
    try {
      plan = plan();
      api =
          new ApiSettings(
              ApiSettings.address(baseUrl),
              key(),
              Duration.ofSeconds(timeoutSeconds),
              Set.copyOf(imageHosts));
    } catch (IllegalArgumentException e) {
      throw wrong(e.getMessage());
    }
    try {
      PromptFile file = PromptFile.read(prompts);
      return dryRun ? foretell(plan, file) : generate(plan, api, file);
    } catch (UnusablePromptsException e) {
      return failed(e, ExitStatus.WRONG_USAGE);
    } catch (GenerationStoppedException
        | BrokerUnavailableException
        | MissingTopicException
        | MissingSchemaException
        | RegistryUnavailableException
        | PublishFailedException
        | UncheckedIOException e) {
      return failed(e, ExitStatus.COULD_NOT);
    }
  }

  private int generate(GenerationPlan plan, ApiSettings api, PromptFile file) {
    Cluster cluster = requirements.of(options.cluster());
    Registry registry = cluster.registry();
    PairTopics topics = PairTopics.of(cluster.dataset(), new AvroSerdes(registry));
    Topic<String, RawPair> raw =
        topic.equals(TopicCatalogue.SCRAPED) ? topics.scraped() : topics.crowdsourced();
    try (PairPublisher publisher =
        PairPublisher.openWithNotes(
            raw, topics.uploads(), registry, cluster.clientSettings(Map.of()), Clock.systemUTC())) {
      ClusterCheck.of(cluster)
          .onTopics(List.of(raw.name(), topics.uploads().name()))
          .requireQuietly();
      Generation.Result result;
      double seconds;
      try (GenerateProgress progress =
          new GenerateProgress(spec.commandLine().getErr(), Terminal.isStderr())) {
        result =
            new Generation(plan, api, publisher, stateFile(), refusedFile(), progress)
                .run(file, limit == null ? Long.MAX_VALUE : limit);
        seconds = progress.seconds();
      }
      spec.commandLine()
          .getOut()
          .println(options.json() ? json(result, seconds) : text(result, seconds));
      return result.refused() + result.unanswered() + result.problems() == 0
          ? ExitStatus.DONE
          : ExitStatus.FOUND_WRONG;
    }
  }

  private int foretell(GenerationPlan plan, PromptFile file) {
    Generation.Outlook outlook;
    try (GenerateProgress progress =
        new GenerateProgress(spec.commandLine().getErr(), Terminal.isStderr())) {
      outlook =
          Generation.outlook(
              plan,
              stateFile(),
              options.cluster().dataset().topic(topic),
              file,
              limit == null ? Long.MAX_VALUE : limit,
              progress);
    }
    PrintWriter out = spec.commandLine().getOut();
    double minutes = (double) outlook.requests() / plan.requestsPerMinute();
    if (options.json()) {
      ObjectNode json = JsonMapper.builder().build().createObjectNode();
      json.put("requests", outlook.requests());
      json.put("images", outlook.images());
      json.put("answered_before", outlook.answeredBefore());
      json.put("problems", outlook.problems());
      json.put("address", shownAddress());
      json.put("first_request", outlook.firstRequest());
      json.put("least_minutes", minutes);
      out.println(json);
    } else {
      out.printf(
          Locale.ROOT,
          "would send %,d requests for %,d images, in %.1f minutes at least; %,d prompts have had"
              + " their answer, %,d lines give no prompt%n",
          outlook.requests(),
          outlook.images(),
          minutes,
          outlook.answeredBefore(),
          outlook.problems());
      if (!outlook.firstRequest().isEmpty()) {
        out.println(
            TerminalText.plain("the first: POST " + shownAddress() + " " + outlook.firstRequest()));
      }
    }
    return outlook.problems() == 0 ? ExitStatus.DONE : ExitStatus.FOUND_WRONG;
  }

  private GenerationPlan plan() {
    Map<String, JsonNode> all = new HashMap<>();
    parameters.forEach((name, value) -> all.put(name, ImageRequest.value(value)));
    if (n != null) {
      all.put(ImageRequest.N, IntNode.valueOf(n));
    }
    if (size != null) {
      all.put(ImageRequest.SIZE, TextNode.valueOf(size));
    }
    if (seed != null) {
      all.put(ImageRequest.SEED, LongNode.valueOf(seed));
    }
    if (responseFormat != null) {
      all.put(ImageRequest.RESPONSE_FORMAT, TextNode.valueOf(responseFormat));
    }
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

  private ApiKey key() {
    if (keyFile != null && keyVariable != null) {
      throw wrong("--api-key-file and --api-key-env cannot both be given");
    }
    if (keyFile != null) {
      return ApiKey.fromFile(keyFile);
    }
    return keyVariable == null
        ? ApiKey.none()
        : ApiKey.fromEnvironment(keyVariable, System.getenv());
  }

  /** The API's address without its query, which may hold a secret. */
  private String shownAddress() {
    URI address = ApiSettings.address(baseUrl);
    return address.getScheme() + "://" + address.getRawAuthority() + address.getRawPath();
  }

  private Path stateFile() {
    return state == null ? beside(".answered.jsonl") : state;
  }

  private Path refusedFile() {
    return refused == null ? beside(".refused.jsonl") : refused;
  }

  private Path beside(String ending) {
    return prompts.resolveSibling(prompts.getFileName() + ending);
  }

  private String text(Generation.Result result, double seconds) {
    String text =
        String.format(
            Locale.ROOT,
            "%,d pairs published from %,d prompts in %.1f s; %,d refused, %,d without an answer,"
                + " %,d answered before, %,d lines without a prompt",
            result.published(),
            result.answered(),
            seconds,
            result.refused(),
            result.unanswered(),
            result.answeredBefore(),
            result.problems());
    if (result.refused() > 0) {
      text += System.lineSeparator() + "refused prompts: " + refusedFile();
    }
    return text;
  }

  private String json(Generation.Result result, double seconds) {
    ObjectNode json = JsonMapper.builder().build().createObjectNode();
    json.put("published", result.published());
    json.put("image_bytes", result.imageBytes());
    json.put("answered", result.answered());
    json.put("refused", result.refused());
    json.put("unanswered", result.unanswered());
    json.put("answered_before", result.answeredBefore());
    json.put("problems", result.problems());
    json.put("seconds", seconds);
    json.put("state", stateFile().toString());
    json.put("refused_file", refusedFile().toString());
    return json.toString();
  }

  private int failed(RuntimeException problem, int status) {
    spec.commandLine().getErr().println(TerminalText.plain("pairstream: " + problem.getMessage()));
    if (problem instanceof GenerationStoppedException) {
      spec.commandLine()
          .getErr()
          .println("what is published stays; the same command goes on where it stopped");
    }
    return status;
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}

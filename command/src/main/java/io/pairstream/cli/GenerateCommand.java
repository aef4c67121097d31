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
@Command(
    name = "generate",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    description = {
      "Generate images from prompts through an images API, and publish them as pairs.",
      "The API speaks as OpenAI's POST /v1/images/generations does. A run that is killed goes on"
          + " where it stopped; what was refused is in a file that can be given as --prompts again."
    })
final class GenerateCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Mixin private ClusterOptions options;

  @Mixin private RequirementOptions requirements;

  @Option(
      names = "--prompts",
      paramLabel = "FILE",
      required = true,
      description =
          "What to draw: .txt (a prompt per line), .jsonl, .csv or .tsv with prompt and perhaps"
              + " caption, language, n, size, seed.")
  private Path prompts;

  @Option(
      names = "--base-url",
      paramLabel = "URL",
      required = true,
      description = "Address of the API, such as https://api.openai.com/v1.")
  private String baseUrl;

  @Option(
      names = "--model",
      paramLabel = "M",
      required = true,
      description = "The model, as the API names it.")
  private String model;

  @Option(
      names = "--api-key-file",
      paramLabel = "FILE",
      description = "File that holds the API's key and nothing else.")
  private Path keyFile;

  @Option(
      names = "--api-key-env",
      paramLabel = "NAME",
      description = "Environment variable that holds the API's key.")
  private String keyVariable;

  @Option(names = "--n", paramLabel = "N", description = "Images for each prompt (the API's own).")
  private Integer n;

  @Option(names = "--size", paramLabel = "WxH", description = "Size of the images (the API's own).")
  private String size;

  @Option(names = "--seed", paramLabel = "S", description = "Seed, where the API takes one.")
  private Long seed;

  @Option(
      names = "--response-format",
      paramLabel = "F",
      description =
          "url or b64_json, where the API takes it. Default: not sent; some APIs refuse it.")
  private String responseFormat;

  @Option(
      names = "--parameter",
      paramLabel = "NAME=VALUE",
      description = "Any other parameter of the API, such as quality=high. Can be repeated.")
  private Map<String, String> parameters = Map.of();

  @Option(
      names = "--image-host",
      paramLabel = "HOST",
      description =
          "Host that the API's images may be fetched from, over https, beside the API's own. Can be"
              + " repeated.")
  private List<String> imageHosts = List.of();

  @Option(
      names = "--requests-per-minute",
      paramLabel = "R",
      defaultValue = "20",
      description = "Most requests that begin within a minute (${DEFAULT-VALUE}).")
  private int requestsPerMinute;

  @Option(
      names = "--concurrency",
      paramLabel = "N",
      defaultValue = "4",
      description = "Most requests under way at once (${DEFAULT-VALUE}).")
  private int concurrency;

  @Option(
      names = "--attempts",
      paramLabel = "N",
      defaultValue = "5",
      description = "How often a prompt is asked where the API has trouble (${DEFAULT-VALUE}).")
  private int attempts;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "180",
      description = "How long a whole answer may take (${DEFAULT-VALUE}).")
  private int timeoutSeconds;

  @Option(
      names = "--revised-captions",
      description = "Take the prompt that the API says it drew as the caption, where it says so.")
  private boolean revisedCaptions;

  @Option(
      names = "--language",
      paramLabel = "TAG",
      defaultValue = "",
      description = "Language of the captions that have no hint of their own.")
  private String language;

  @Option(
      names = "--contributor",
      paramLabel = "X",
      defaultValue = "",
      description = "Who contributed the pairs.")
  private String contributor;

  @Option(
      names = "--licence",
      paramLabel = "X",
      defaultValue = "",
      description = "Licence of the images.")
  private String licence;

  @Option(
      names = "--topic",
      paramLabel = "TOPIC",
      defaultValue = TopicCatalogue.CROWDSOURCED,
      completionCandidates = ImportCommand.RawTopics.class,
      description = "Where to publish: ${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}).")
  private String topic;

  @Option(
      names = "--state",
      paramLabel = "FILE",
      description = "Remembers which prompts have had their answer (PROMPTS.answered.jsonl).")
  private Path state;

  @Option(
      names = "--refused",
      paramLabel = "FILE",
      description = "Gets the prompts that gave no image, with reasons (PROMPTS.refused.jsonl).")
  private Path refused;

  @Option(names = "--limit", paramLabel = "N", description = "Ask for at most N prompts.")
  private Long limit;

  @Option(names = "--dry-run", description = "Say what would be asked, and ask nothing.")
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
    try (PromptFile file = PromptFile.open(prompts)) {
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

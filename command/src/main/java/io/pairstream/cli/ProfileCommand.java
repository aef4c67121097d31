package io.pairstream.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.profile.ProfileJson;
import io.pairstream.operations.profile.ProfileQuestion;
import io.pairstream.operations.profile.ReadProfile;
import io.pairstream.terminal.TerminalText;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code pairstream profile}: what the data set holds. */
@Command(
    name = "profile",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    description = {
      "Show what the data set holds: counts, sizes, words, producers.",
      "Asks the operators' service of the platform on this machine, or the one that is named; where"
          + " there is none, reads the topics, which takes longer."
    })
final class ProfileCommand implements Callable<Integer> {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** What a service may answer at most: a profile takes some 20 KB. */
  private static final int MOST_CHARACTERS = 4 * 1024 * 1024;

  @Mixin private ClusterOptions options;

  @Spec private CommandSpec spec;

  @Option(
      names = "--split",
      paramLabel = "SPLIT",
      defaultValue = "",
      description = "Only training, validation or test.")
  private String split;

  @Option(
      names = "--source",
      paramLabel = "KIND",
      defaultValue = "",
      description = "Only crowdsourced, scraped, imported, synthetic or unknown.")
  private String source;

  @Option(
      names = "--dashboard",
      paramLabel = "URL",
      description = "The operators' service to ask, such as http://127.0.0.1:8082.")
  private URI dashboard;

  @Option(
      names = "--api-key-file",
      paramLabel = "FILE",
      description = "Holds a key of that service, with scope view.")
  private Path keyFile;

  @Override
  public Integer call() throws IOException, InterruptedException {
    ProfileQuestion question = question();
    JsonNode profile;
    if (dashboard != null) {
      profile = ask(dashboard);
      requireDataset(profile);
    } else {
      Optional<JsonNode> answer = askHere();
      profile = answer.isPresent() ? answer.get() : read(question);
    }
    PrintWriter out = spec.commandLine().getOut();
    if (options.json()) {
      out.println(profile);
    } else {
      ProfileText.lines(profile).forEach(out::println);
    }
    return ExitStatus.DONE;
  }

  private ProfileQuestion question() {
    try {
      return ProfileQuestion.of(split, source);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage());
    }
  }

  /** The answer of the platform on this machine, where one runs that has this data set. */
  private Optional<JsonNode> askHere() throws InterruptedException {
    Optional<String> here = options.addressHere("dashboard_url");
    if (here.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(ask(URI.create(here.get())))
          .filter(profile -> profile.path("ready").booleanValue() && isOfDataset(profile));
    } catch (IOException e) {
      // It is just being started or stopped; the topics say the same.
      return Optional.empty();
    }
  }

  private JsonNode read(ProfileQuestion question) throws IOException {
    ClusterAccess cluster = new ClusterAccess(options.cluster());
    PrintWriter err = spec.commandLine().getErr();
    return ProfileJson.of(
        cluster.dataset().name(),
        new ReadProfile(cluster, Path.of(System.getProperty("java.io.tmpdir")))
            .read(
                question,
                pairs -> {
                  err.println("reading: " + TerminalText.count(pairs) + " pairs so far");
                  err.flush();
                }),
        true);
  }

  private JsonNode ask(URI address) throws IOException, InterruptedException {
    URI asked;
    HttpRequest.Builder request;
    try {
      asked =
          URI.create(
              address.toString().replaceAll("/+$", "")
                  + "/v1/profile?split="
                  + split.toUpperCase(Locale.ROOT)
                  + "&source="
                  + source.toUpperCase(Locale.ROOT));
      request = HttpRequest.newBuilder(asked).timeout(PATIENCE);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          spec.commandLine(),
          "--dashboard must be an address such as http://127.0.0.1:8082, not " + address);
    }
    if (keyFile != null) {
      request.header("Authorization", "Bearer " + Files.readString(keyFile).strip());
    }
    HttpResponse<String> answer;
    try {
      answer =
          HttpClient.newBuilder()
              .connectTimeout(PATIENCE)
              .build()
              .send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (ConnectException e) {
      throw new IOException("nothing listens on " + address, e);
    }
    if (answer.statusCode() == 401) {
      throw new IOException(address + " asks for a key with scope view; name it: --api-key-file");
    }
    JsonNode json = json(answer.body());
    if (answer.statusCode() != 200 || !json.path("counts").isObject()) {
      throw new IOException(
          address
              + " answers no profile, but "
              + answer.statusCode()
              + json.path("detail").asText("").transform(d -> d.isEmpty() ? "" : ": " + d));
    }
    return json;
  }

  private static JsonNode json(String body) {
    JsonMapper mapper = new JsonMapper();
    if (body.length() > MOST_CHARACTERS) {
      return mapper.createObjectNode();
    }
    try {
      JsonNode json = mapper.readTree(body);
      return json == null ? mapper.createObjectNode() : json;
    } catch (JsonProcessingException e) {
      return mapper.createObjectNode();
    }
  }

  private boolean isOfDataset(JsonNode profile) {
    return profile.path("dataset").asText().equals(options.cluster().dataset().name());
  }

  private void requireDataset(JsonNode profile) throws IOException {
    if (options.isDatasetNamed() && !isOfDataset(profile)) {
      throw new IOException(
          dashboard
              + " has data set "
              + profile.path("dataset").asText()
              + ", not "
              + options.cluster().dataset().name());
    }
  }
}

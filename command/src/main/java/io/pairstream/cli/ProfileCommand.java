package io.pairstream.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.profile.ProfileJson;
import io.pairstream.operations.profile.ProfileQuestion;
import io.pairstream.operations.profile.ReadProfile;
import io.pairstream.terminal.TerminalText;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
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
@Command(name = "profile")
final class ProfileCommand implements Callable<Integer> {

  @Mixin private ClusterOptions options;

  @Mixin private DashboardOptions dashboards;

  @Spec private CommandSpec spec;

  @Option(names = "--split", paramLabel = "SPLIT", defaultValue = "")
  private String split;

  @Option(names = "--source", paramLabel = "KIND", defaultValue = "")
  private String source;

  @Override
  public Integer call() throws IOException, InterruptedException {
    ProfileQuestion question = question();
    JsonNode profile;
    Optional<DashboardClient> named = dashboards.named();
    if (named.isPresent()) {
      profile = ask(named.get());
      requireDataset(profile, named.get());
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
      return Optional.of(ask(dashboards.at(here.get())))
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

  private JsonNode ask(DashboardClient dashboard) throws IOException, InterruptedException {
    JsonNode profile =
        dashboard.get(
            "/v1/profile?split="
                + split.toUpperCase(Locale.ROOT)
                + "&source="
                + source.toUpperCase(Locale.ROOT));
    if (!profile.path("counts").isObject()) {
      throw new IOException("what answers at " + dashboard.address() + " knows no profile");
    }
    return profile;
  }

  private boolean isOfDataset(JsonNode profile) {
    return profile.path("dataset").asText().equals(options.cluster().dataset().name());
  }

  private void requireDataset(JsonNode profile, DashboardClient dashboard) throws IOException {
    if (options.isDatasetNamed() && !isOfDataset(profile)) {
      throw new IOException(
          dashboard.address()
              + " has data set "
              + profile.path("dataset").asText()
              + ", not "
              + options.cluster().dataset().name());
    }
  }
}

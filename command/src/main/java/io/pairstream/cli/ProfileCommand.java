package io.pairstream.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.profile.ProfileAnswer;
import io.pairstream.operations.profile.ProfileQuestion;
import io.pairstream.operations.profile.ProfileReport;
import io.pairstream.operations.profile.ReadProfile;
import io.pairstream.operations.sentence.AnswerJson;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pairstream profile}: what the data set holds. */
@Command(name = "profile")
final class ProfileCommand extends ClusterCommand {

  @Mixin private DashboardOptions dashboard;

  @Option(names = "--split", paramLabel = "SPLIT", defaultValue = "")
  private String split;

  @Option(names = "--source", paramLabel = "KIND", defaultValue = "")
  private String source;

  @Override
  public Integer call() throws IOException, InterruptedException {
    ProfileQuestion question = checked(() -> ProfileQuestion.of(split, source));
    JsonNode profile;
    Optional<DashboardClient> named = dashboard.named();
    if (named.isPresent()) {
      profile = ask(named.get());
      requireDataset(profile, named.get());
    } else {
      Optional<JsonNode> answer = askHere();
      profile = answer.isPresent() ? answer.get() : read(question);
    }
    if (json()) {
      out().println(profile);
    } else {
      ProfileText.lines(profile).forEach(out()::println);
    }
    return ExitStatus.DONE;
  }

  /** The answer of the platform on this machine, where one runs that has this data set. */
  private Optional<JsonNode> askHere() throws InterruptedException {
    Optional<String> here = options().addressHere("dashboard_url");
    if (here.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(ask(dashboard.at(here.get())))
          .filter(profile -> profile.path("ready").booleanValue() && isOfDataset(profile));
    } catch (IOException e) {
      // It is just being started or stopped; the topics say the same.
      return Optional.empty();
    }
  }

  private JsonNode read(ProfileQuestion question) throws IOException {
    ClusterAccess cluster = access();
    ProfileReport report =
        new ReadProfile(cluster, Path.of(System.getProperty("java.io.tmpdir")))
            .read(
                question,
                pairs -> {
                  say("reading: %,d pairs so far", pairs);
                });
    return AnswerJson.MAPPER.valueToTree(
        new ProfileAnswer(cluster.dataset().name(), true, report, Optional.empty()));
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
    return profile.path("dataset").asText().equals(cluster().dataset().name());
  }

  private void requireDataset(JsonNode profile, DashboardClient dashboard) throws IOException {
    if (options().isDatasetNamed() && !isOfDataset(profile)) {
      throw new IOException(
          dashboard.address()
              + " has data set "
              + profile.path("dataset").asText()
              + ", not "
              + cluster().dataset().name());
    }
  }
}

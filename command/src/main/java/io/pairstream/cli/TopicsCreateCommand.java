package io.pairstream.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.topics.CreateTopics;
import io.pairstream.operations.topics.TopicOutcome;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.service.Cluster;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code pairstream topics create}: makes what is missing, and changes nothing that is right. */
@Command(name = "create")
final class TopicsCreateCommand extends ClusterCommand {

  @Option(
      names = "--partitions",
      paramLabel = "N",
      defaultValue = "" + TopicCatalogue.DEFAULT_PARTITIONS)
  private int partitions;

  @Option(
      names = "--replication-factor",
      paramLabel = "N",
      defaultValue = "" + CreateTopics.BROKER_DEFAULT)
  private short replicationFactor;

  @Option(names = "--registry-credential", paramLabel = "FILE")
  private Path registryCredential;

  @Override
  public Integer call() {
    requireAtLeast(1, "--partitions", partitions);
    require(
        replicationFactor >= 1 || replicationFactor == CreateTopics.BROKER_DEFAULT,
        "--replication-factor must be at least 1, or -1, was " + replicationFactor);
    Cluster cluster = options().clusterToRegisterIn(registryCredential);
    List<TopicOutcome> outcomes =
        new CreateTopics(new ClusterAccess(cluster), replicationFactor)
            .create(new TopicCatalogue(cluster.dataset(), partitions));
    answer(
        new Created(outcomes.stream().map(CreatedTopic::of).toList()),
        () -> outcomes.forEach(this::print));
    return ExitStatus.DONE;
  }

  private void print(TopicOutcome outcome) {
    print(
        "%-45s %2d partitions  %s%s%s%s",
        outcome.topic(),
        outcome.partitions(),
        outcome.action().name().toLowerCase(Locale.ROOT),
        outcome.altered().isEmpty() ? "" : " " + outcome.altered(),
        outcome.left().isEmpty() ? "" : ", leaves " + outcome.left(),
        outcome.laterVersions().isEmpty()
            ? ""
            : ", has schema versions that are not ours: " + outcome.laterVersions());
  }

  /** The topics as JSON. */
  private record Created(List<CreatedTopic> topics) {}

  @JsonInclude(JsonInclude.Include.NON_ABSENT)
  private record CreatedTopic(
      String topic,
      String action,
      int partitions,
      OptionalInt schemaId,
      List<Integer> laterSchemaVersions,
      Map<String, String> altered,
      Map<String, String> left) {

    static CreatedTopic of(TopicOutcome outcome) {
      return new CreatedTopic(
          outcome.topic(),
          outcome.action().name(),
          outcome.partitions(),
          outcome.schemaId(),
          outcome.laterVersions(),
          outcome.altered(),
          outcome.left());
    }
  }
}

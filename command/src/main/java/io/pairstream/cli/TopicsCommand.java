package io.pairstream.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.topics.CreateTopics;
import io.pairstream.operations.topics.TopicMismatchException;
import io.pairstream.operations.topics.TopicOutcome;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.service.Cluster;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code pairstream topics}: the topics of a data set. */
@Command(
    name = "topics",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = TopicsCommand.Create.class)
final class TopicsCommand {

  /** {@code pairstream topics create}: makes what is missing, and changes nothing that is right. */
  @Command(name = "create")
  static final class Create implements Callable<Integer> {

    @Mixin private ClusterOptions options;

    @Spec private CommandSpec spec;

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
      if (partitions < 1) {
        throw new ParameterException(
            spec.commandLine(), "--partitions must be at least 1, was " + partitions);
      }
      if (replicationFactor < 1 && replicationFactor != CreateTopics.BROKER_DEFAULT) {
        throw new ParameterException(
            spec.commandLine(),
            "--replication-factor must be at least 1, or -1, was " + replicationFactor);
      }
      Cluster cluster = options.clusterToRegisterIn(registryCredential);
      List<TopicOutcome> outcomes;
      try {
        outcomes =
            new CreateTopics(new ClusterAccess(cluster), replicationFactor)
                .create(new TopicCatalogue(cluster.dataset(), partitions));
      } catch (TopicMismatchException e) {
        spec.commandLine().getErr().println("pairstream: " + e.getMessage());
        return ExitStatus.FOUND_WRONG;
      }
      PrintWriter out = spec.commandLine().getOut();
      if (options.json()) {
        out.println(json(outcomes));
      } else {
        for (TopicOutcome outcome : outcomes) {
          out.printf(
              "%-45s %2d partitions  %s%s%s%s%n",
              outcome.topic(),
              outcome.partitions(),
              outcome.action().name().toLowerCase(Locale.ROOT),
              outcome.altered().isEmpty() ? "" : " " + outcome.altered(),
              outcome.left().isEmpty() ? "" : ", leaves " + outcome.left(),
              outcome.laterVersions().isEmpty()
                  ? ""
                  : ", has schema versions that are not ours: " + outcome.laterVersions());
        }
      }
      return ExitStatus.DONE;
    }

    private static ObjectNode json(List<TopicOutcome> outcomes) {
      ObjectNode object = new JsonMapper().createObjectNode();
      ArrayNode topics = object.putArray("topics");
      for (TopicOutcome outcome : outcomes) {
        ObjectNode topic =
            topics
                .addObject()
                .put("topic", outcome.topic())
                .put("action", outcome.action().name())
                .put("partitions", outcome.partitions());
        outcome.schemaId().ifPresent(id -> topic.put("schema_id", id));
        ArrayNode later = topic.putArray("later_schema_versions");
        outcome.laterVersions().forEach(later::add);
        ObjectNode altered = topic.putObject("altered");
        outcome.altered().forEach(altered::put);
        ObjectNode left = topic.putObject("left");
        outcome.left().forEach(left::put);
      }
      return object;
    }
  }
}

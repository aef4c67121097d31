package io.pairstream.cli.cluster;

import io.pairstream.cli.command.ClusterCommand;
import io.pairstream.cli.command.ExitStatus;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.topics.TopicSpec;
import io.pairstream.service.Cluster;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.terminal.Table;
import io.pairstream.terminal.TerminalText;
import io.pairstream.tools.topics.CreateTopics;
import io.pairstream.tools.topics.CreateTopics.Outcome;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code pairstream topics}: the topics of a data set. */
@Command(
    name = "topics",
    subcommands = {TopicsCommand.Ls.class, TopicsCommand.Create.class})
public final class TopicsCommand {

  /** {@code pairstream topics ls}: every topic of a data set, also those that are missing. */
  @Command(name = "ls")
  static final class Ls extends ClusterCommand {

    /** A topic as JSON; one that is missing has 0 partitions. */
    private record Listed(String topic, int partitions) {}

    @Override
    public Integer call() {
      ClusterAccess cluster = access();
      List<String> names =
          new TopicCatalogue(cluster.dataset(), 1).topics().stream().map(TopicSpec::name).toList();
      Table table = new Table();
      try (Admin admin = cluster.admin()) {
        Map<String, TopicDescription> found = ClusterAccess.existing(admin, names);
        for (String name : names) {
          TopicDescription topic = found.get(name);
          int partitions = topic == null ? 0 : topic.partitions().size();
          answer(
              new Listed(name, partitions),
              () ->
                  table.row(
                      name,
                      topic == null
                          ? "missing"
                          : TerminalText.format("%d partition(|s)", partitions)));
        }
        print(table);
        return found.size() == names.size() ? ExitStatus.DONE : ExitStatus.FOUND_WRONG;
      }
    }
  }

  /** {@code pairstream topics create}: makes what is missing, and changes nothing that is right. */
  @Command(name = "create")
  static final class Create extends ClusterCommand {

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
      List<Outcome> outcomes =
          new CreateTopics(new ClusterAccess(cluster), replicationFactor)
              .create(new TopicCatalogue(cluster.dataset(), partitions));
      return answer(Map.of("topics", outcomes), () -> print(table(outcomes)));
    }

    private static Table table(List<Outcome> outcomes) {
      Table table = new Table();
      for (Outcome outcome : outcomes) {
        table.row(
            outcome.topic(),
            TerminalText.format("%d partition(|s)", outcome.partitions()),
            "%s%s%s"
                .formatted(
                    outcome.action().name().toLowerCase(Locale.ROOT),
                    outcome.altered().isEmpty() ? "" : " " + outcome.altered(),
                    outcome.left().isEmpty() ? "" : ", leaves " + outcome.left()));
      }
      return table;
    }
  }
}

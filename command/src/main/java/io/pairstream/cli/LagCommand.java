package io.pairstream.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.lag.Verdict;
import io.pairstream.operations.lag.watch.GroupChoice;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.terminal.Terminal;
import io.pairstream.terminal.TerminalText;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code pairstream lag}: what waits, for how long, and what is to be thought of it. */
@Command(name = "lag")
final class LagCommand implements Callable<Integer> {

  private static final Duration SHORTEST_INTERVAL = Duration.ofMillis(500);

  @Mixin private ClusterOptions options;

  @Mixin private DashboardOptions dashboards;

  @Spec private CommandSpec spec;

  @Option(names = "--watch")
  private boolean watch;

  @Option(names = "--times", paramLabel = "N")
  private Integer times;

  @Option(names = "--group", paramLabel = "GROUP")
  private List<String> wanted = List.of();

  @Option(names = "--ignore", paramLabel = "PATTERN")
  private List<String> ignored = List.of();

  @Option(names = "--all-groups")
  private boolean allGroups;

  @Option(names = "--samples", paramLabel = "N", defaultValue = "3")
  private int samples;

  @Option(names = "--interval", paramLabel = "TIME", defaultValue = "2s")
  private Duration interval;

  @Override
  public Integer call() throws IOException, InterruptedException {
    check();
    PrintWriter out = spec.commandLine().getOut();
    try (LagSource source = open()) {
      boolean inPlace = watch && !options.json() && Terminal.isStdout();
      int drawn = 0;
      for (int shown = 1; ; shown++) {
        JsonNode report = source.look();
        List<JsonNode> groups = chosen(report);
        if (groups.isEmpty() && source.isOfDataset() && !allGroups) {
          throw new UnknownTopicOrPartitionException("no group can read what is not there");
        }
        LagTable table = new LagTable(groups);
        if (options.json()) {
          out.println(json(report, groups, table));
        } else if (inPlace) {
          drawn = redraw(out, lines(report, table, Terminal.rows() - 1), drawn);
        } else {
          lines(report, table, Integer.MAX_VALUE).forEach(out::println);
          if (watch) {
            out.println();
          }
        }
        out.flush();
        if (!watch || (times != null && shown >= times)) {
          return table.worst().isAlarm() ? ExitStatus.FOUND_WRONG : ExitStatus.DONE;
        }
        TimeUnit.MILLISECONDS.sleep(interval.toMillis());
      }
    }
  }

  private void check() {
    require(samples >= 1, "--samples must be at least 1, was " + samples);
    require(
        interval.compareTo(SHORTEST_INTERVAL) >= 0,
        "--interval must be at least 500ms, was " + interval.toMillis() + "ms");
    require(times == null || times >= 1, "--times must be at least 1, was " + times);
    require(times == null || watch, "--times goes with --watch");
    require(!allGroups || wanted.isEmpty(), "--all-groups and --group exclude each other");
  }

  private void require(boolean right, String complaint) {
    if (!right) {
      throw new ParameterException(spec.commandLine(), complaint);
    }
  }

  /** The dashboard, where one was named or runs here and knows something; else Kafka itself. */
  private LagSource open() throws IOException, InterruptedException {
    Optional<DashboardClient> named = dashboards.named();
    if (named.isPresent()) {
      return LagSource.asking(named.get());
    }
    Optional<String> here = options.dashboardHere();
    if (here.isPresent()) {
      LagSource asked = LagSource.asking(dashboards.at(here.get()));
      try {
        if (asked.look().path("ready").asBoolean()) {
          return asked;
        }
      } catch (IOException e) {
        // It is starting, or gone, or wants a key; Kafka answers everybody.
      }
    }
    LagSource watching = LagSource.watching(new ClusterAccess(options.cluster()), interval);
    try {
      // A single look has no history; the last of these is the first one shown.
      for (int i = 1; i < samples; i++) {
        JsonNode unused = watching.look();
        TimeUnit.MILLISECONDS.sleep(interval.toMillis());
      }
      return watching;
    } catch (RuntimeException | IOException | InterruptedException e) {
      watching.close();
      throw e;
    }
  }

  private List<JsonNode> chosen(JsonNode report) {
    List<JsonNode> chosen = new ArrayList<>();
    for (JsonNode group : report.path("groups")) {
      String name = group.path("group").asText();
      boolean asked = allGroups || GroupChoice.matchesAny(wanted, name);
      if ((asked || (wanted.isEmpty() && readsDataset(group)))
          && !GroupChoice.matchesAny(ignored, name)) {
        chosen.add(asked ? ((ObjectNode) group).put("decides", true) : group);
      }
    }
    for (String name : wanted) {
      require(
          chosen.stream()
              .anyMatch(
                  group -> GroupChoice.matchesAny(List.of(name), group.path("group").asText())),
          "--group: there is no group " + name + " on this cluster");
    }
    return chosen;
  }

  /** Whether a group reads the data set's topics, whoever it is of. */
  private boolean readsDataset(JsonNode group) {
    Dataset dataset = options.cluster().dataset();
    for (JsonNode partition : group.path("partitions")) {
      String topic = partition.path("topic").asText();
      if (topic.startsWith(dataset.topic(""))
          || topic.equals(TopicCatalogue.repartitionTopic(dataset))) {
        return true;
      }
    }
    return false;
  }

  private List<String> lines(JsonNode report, LagTable table, int rows) {
    List<String> lines = new ArrayList<>();
    if (report.path("trouble").isTextual()) {
      lines.add(TerminalText.fit("old: " + report.path("trouble").asText(), LagTable.COLUMNS));
    }
    if (!report.path("ready").asBoolean()) {
      lines.add("nothing is known yet");
    } else if (table.sentence().isEmpty()) {
      lines.add("no group reads data set " + options.cluster().dataset().name());
    } else {
      lines.addAll(table.lines(rows - lines.size()));
    }
    return lines;
  }

  /** Draws over what was drawn last, line by line, so that nothing flickers. */
  private static int redraw(PrintWriter out, List<String> lines, int drawn) {
    StringBuilder frame = new StringBuilder();
    if (drawn > 0) {
      frame.append("\u001b[").append(drawn).append('A');
    }
    for (String line : lines) {
      frame.append("\r\u001b[2K").append(line).append('\n');
    }
    out.print(frame.append("\u001b[J"));
    return lines.size();
  }

  private static ObjectNode json(JsonNode report, List<JsonNode> groups, LagTable table) {
    ObjectNode object = JsonMapper.builder().build().createObjectNode();
    object.set("at", report.path("at"));
    object.put("ready", report.path("ready").asBoolean());
    object.put("trouble", report.path("trouble").textValue());
    Verdict worst = table.worst();
    object.put("verdict", worst.name());
    object.put("sentence", table.sentence());
    ArrayNode all = JsonMapper.builder().build().createArrayNode();
    ArrayNode partitions = JsonMapper.builder().build().createArrayNode();
    long waiting = 0;
    long lost = 0;
    for (JsonNode group : groups) {
      ObjectNode alone = group.deepCopy();
      alone.remove("partitions");
      all.add(alone);
      for (JsonNode partition : group.path("partitions")) {
        long waits = waiting(partition);
        waiting += waits;
        lost += partition.path("lost").asLong();
        ObjectNode line = JsonMapper.builder().build().createObjectNode();
        line.set("group", group.path("group"));
        line.setAll((ObjectNode) partition);
        line.put("waiting", waits);
        line.set("oldest_seconds", waits == 0 ? line.nullNode() : partition.path("seconds"));
        partitions.add(line);
      }
    }
    object.put("waiting", waiting);
    object.put("lost", lost);
    object.set("groups", all);
    object.set("partitions", partitions);
    return object;
  }

  /** What waits; for a group that never committed, all that is there. */
  private static long waiting(JsonNode partition) {
    return partition.path("lag").isNumber()
        ? partition.path("lag").asLong()
        : partition.path("end").asLong() - partition.path("log_start").asLong();
  }
}

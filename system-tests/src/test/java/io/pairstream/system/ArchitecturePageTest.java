package io.pairstream.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page that newcomers read first, compared with the graph that runs. */
class ArchitecturePageTest {

  private static final Path PROJECT = Path.of(System.getProperty("pairstream.project.dir"));
  private static final Pattern NODE =
      Pattern.compile("(?:Source|Processor|Sink): (\\S+) .*\\R\\s+--> (.*)");

  @Test
  void drawsAndListsTheStagesInTheOrderOfTheTopology() throws IOException {
    List<String> stages = stages();
    String page = Files.readString(PROJECT.resolve("ARCHITECTURE.md"));

    assertThat(stages).hasSizeGreaterThan(5);
    assertThat(page).containsPattern("(?m)^ +" + String.join(" ▶ ", stages) + "$");
    assertThat(Pattern.compile("(?m)^\\| `([a-z-]+)` \\|").matcher(table(page)).results())
        .extracting(row -> row.group(1))
        .isEqualTo(stages);
  }

  @Test
  void fitsAScreen() throws IOException {
    assertThat(Files.readAllLines(PROJECT.resolve("ARCHITECTURE.md"))).hasSizeLessThan(75);
  }

  private static String table(String page) {
    return page.substring(page.indexOf("| Stage |"), page.indexOf("| Module |"));
  }

  /** The nodes that fork: into kept and rejected, or, as the last one does, into the splits. */
  private static List<String> stages() throws IOException {
    Map<String, List<String>> next = new HashMap<>();
    Matcher nodes =
        NODE.matcher(
            Files.readString(
                PROJECT.resolve("preprocess-streams/src/test/resources/topology.txt")));
    for (MatchResult node : nodes.results().toList()) {
      next.put(node.group(1), List.of(node.group(2).split(", ")));
    }
    List<String> stages = new ArrayList<>();
    Deque<String> open = new ArrayDeque<>(List.of("raw-pairs"));
    while (!open.isEmpty()) {
      String node = open.remove();
      List<String> after = next.getOrDefault(node, List.of());
      if (after.contains(node + "-kept") || after.contains(node + "-training")) {
        stages.add(node);
        open.clear();
      }
      after.stream().filter(name -> !name.endsWith("-rejected")).forEach(open::add);
    }
    return stages;
  }
}

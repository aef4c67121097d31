package io.pairstream.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page that newcomers read first, held against the graph that runs. */
class ArchitecturePageTest {

  private static final Path PROJECT = Path.of(System.getProperty("pairstream.project.dir"));

  /** Joints that carry no meaning of their own; the page names them by family. */
  private static final Pattern FAMILY =
      Pattern.compile(
          ".*-(kept|rejected)|(split|to|remove|refused|superseded|list-superseded|quarantine)-.*|rejected.*"
              + "|(takedowns-)?by-image-repartition-.*");

  @Test
  void namesEveryNodeOfTheTopology() throws IOException {
    String page = Files.readString(PROJECT.resolve("ARCHITECTURE.md"));
    String graph =
        Files.readString(
            PROJECT.resolve("preprocess-streams/src/test/resources/topology-near-copies.txt"));
    Set<String> nodes = new TreeSet<>();
    Matcher node = Pattern.compile("(?:Source|Processor|Sink): (\\S+)").matcher(graph);
    while (node.find()) {
      if (!FAMILY.matcher(node.group(1)).matches()) {
        nodes.add(node.group(1));
      }
    }

    assertThat(nodes).hasSizeGreaterThan(15).allMatch(page::contains);
  }

  @Test
  void fitsAScreen() throws IOException {
    assertThat(Files.readAllLines(PROJECT.resolve("ARCHITECTURE.md"))).hasSizeLessThan(65);
  }
}

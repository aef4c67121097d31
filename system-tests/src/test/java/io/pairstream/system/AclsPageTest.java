package io.pairstream.system;

import io.pairstream.schemas.topics.AccessCatalogue;
import io.pairstream.schemas.topics.ClientRights;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.Right;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.Test;

/** The page and the chart's file of rights: both are what the code says. */
class AclsPageTest {

  private static final Path PROJECT = Path.of(System.getProperty("pairstream.project.dir"));
  private static final Path PAGE = PROJECT.resolve("docs/acls.md");
  private static final Path CHART = PROJECT.resolve("deploy/helm/pairstream/files/acls.yaml");
  private static final String MARK = "<!-- made by AclsPageTest -->\n";

  private static final List<ClientRights> CLIENTS =
      new AccessCatalogue(new Dataset("pairs")).clients();

  @Test
  void theTableIsWhatTheCodeSays() throws IOException {
    String page = Files.readString(PAGE);
    MadeDocument.require(PAGE, page.substring(0, page.indexOf(MARK) + MARK.length()) + table());
  }

  @Test
  void theChartHasTheRightsThatTheCodeSays() throws IOException {
    MadeDocument.require(CHART, forStrimzi());
  }

  private static String table() {
    StringBuilder table = new StringBuilder("\n");
    for (ClientRights client : CLIENTS) {
      table.append("### ").append(client.client()).append("\n\n");
      if (!client.commands().isEmpty()) {
        table.append("Also for `").append(String.join("`, `", client.commands())).append("`.\n\n");
      }
      table.append("| On | May |\n|---|---|\n");
      Map<String, TreeSet<String>> names = new LinkedHashMap<>();
      client
          .rights()
          .forEach(
              right ->
                  names
                      .computeIfAbsent(
                          right.typeName() + " | " + String.join(", ", right.operationNames()),
                          any -> new TreeSet<>())
                      .add("`" + name(right) + "`"));
      names.forEach(
          (what, of) ->
              table.append(
                  "| %s %s | %s |\n"
                      .formatted(
                          what.replaceFirst(" \\| .*", ""),
                          String.join(", ", of),
                          what.replaceFirst(".* \\| ", ""))));
      table.append('\n');
    }
    return table.toString().stripTrailing() + "\n";
  }

  private static String name(Right right) {
    return right.resource().name()
        + (right.resource().patternType() == PatternType.PREFIXED ? "*" : "");
  }

  private static String forStrimzi() {
    return "# Made by AclsPageTest. Names that begin with pairs. or pairs- are those of the data set.\n"
        + CLIENTS.stream()
            .map(
                client ->
                    client.client()
                        + ":\n"
                        + client.rights().stream()
                            .map(AclsPageTest::rule)
                            .collect(Collectors.joining()))
            .collect(Collectors.joining());
  }

  private static String rule(Right right) {
    String type =
        right.resource().resourceType() == ResourceType.TRANSACTIONAL_ID
            ? "transactionalId"
            : right.typeName();
    String resource =
        type.equals("cluster")
            ? "{type: cluster}"
            : "{type: %s, name: %s, patternType: %s}"
                .formatted(
                    type,
                    right.resource().name(),
                    right.resource().patternType() == PatternType.PREFIXED ? "prefix" : "literal");
    return "  - {operations: [%s], resource: %s}\n"
        .formatted(String.join(", ", right.operationNames()), resource);
  }
}

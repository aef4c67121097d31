package io.pairstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.service.http.Json;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Links of the pages can be followed, and their commands typed. */
class DocsTest {

  private static final Path PROJECT = Path.of(System.getProperty("pairstream.project.dir"));

  private static final Pattern CODE = Pattern.compile("(?ms)^```.*?^```$|`[^`]+`");
  private static final Pattern LINK =
      Pattern.compile("\\]\\((?!https?:)([^)#\\s]*)(?:#([^)\\s]+))?\\)");
  private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.+)$");
  private static final Pattern COMMAND =
      Pattern.compile("(?m)(?<![\\w/-])(?:\\./)?pairstream ([a-z][^|>;&#`…)]*)");
  private static final Pattern ONE_TEST =
      Pattern.compile("mvn [^`\n]*-pl ([a-z-]+) [^`\n]*-Dtest='?([A-Za-z]+)");
  private static final Pattern WORD = Pattern.compile("'[^']*'|\"[^\"]*\"|\\S+");
  private static final Pattern COMMAND_ROW =
      Pattern.compile("(?m)^\\| `([a-z]+(?: [a-z]+)?)` \\| (.*) \\|$");
  private static final Pattern DECISION_ROW =
      Pattern.compile("(?m)^- \\[(\\d{4})]\\((\\S+)\\) (.*)$");

  private static final int LONGEST_SENTENCE = 30;
  private static final Pattern NO_PROSE =
      Pattern.compile("(?ms)^```.*?^```$|^ *\\|[^\n]*$|^#+ [^\n]*$");
  private static final Pattern CODE_AND_ADDRESS = Pattern.compile("`[^`]+`|(?<=\\])\\([^)]*\\)");
  private static final Pattern SENTENCES_END =
      Pattern.compile("(?<=[.!?])[*_)\"]*\\s+(?=[A-Z*_(\\[`\"])|\\n\\s*\\n|\\n *(?:[-*]|\\d+\\.) ");
  private static final Pattern WORD_OF_A_SENTENCE = Pattern.compile("\\S*[\\p{L}\\p{N}]\\S*");

  static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>();
    Files.walkFileTree(
        PROJECT,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            // Others write there meanwhile.
            return Set.of("dist", "target", ".git", "venv")
                    .contains(folder.getFileName().toString())
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (file.toString().endsWith(".md")) {
              pages.add(PROJECT.relativize(file));
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return pages;
  }

  @ParameterizedTest
  @MethodSource("pages")
  void linksLeadSomewhere(Path page) throws IOException {
    List<String> lost = new ArrayList<>();
    for (MatchResult link : all(LINK, CODE.matcher(text(page)).replaceAll(""))) {
      Path target = link.group(1).isEmpty() ? page : page.resolveSibling(link.group(1)).normalize();
      if (!Files.exists(PROJECT.resolve(target))
          || (link.group(2) != null && !anchors(target).contains(link.group(2)))) {
        lost.add(link.group());
      }
    }

    assertThat(lost).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("pages")
  void commandsAndOptionsAreThere(Path page) throws IOException {
    List<String> wrong = new ArrayList<>();
    for (MatchResult code : all(CODE, text(page).replace("\\\n", " "))) {
      for (MatchResult command : all(COMMAND, code.group())) {
        String[] words =
            all(WORD, command.group(1).lines().findFirst().orElse("")).stream()
                .map(MatchResult::group)
                .filter(word -> !word.startsWith("$"))
                .map(word -> word.replaceAll("[\\[\\]]", ""))
                .toArray(String[]::new);
        try {
          Main.commandLine(words.length == 0 ? "" : words[0]).parseArgs(words);
        } catch (UnmatchedArgumentException e) {
          wrong.add(command.group() + ": " + e.getMessage());
        } catch (ParameterException e) {
          // A name in capitals stands for what is typed there.
        }
      }
    }

    assertThat(wrong).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("pages")
  void namesTestsThatAreThereAndAModulesReadmeNamesOne(Path page) throws IOException {
    if (page.endsWith("README.md")
        && Files.exists(PROJECT.resolve(page).resolveSibling("src/test/java"))) {
      assertThat(text(page)).contains("mvn -o test -pl " + page.getParent() + " -am -Dtest=");
    }
    for (MatchResult command : all(ONE_TEST, text(page).replace("\\\n", " "))) {
      try (Stream<Path> files = Files.walk(PROJECT.resolve(command.group(1) + "/src/test/java"))) {
        assertThat(files.map(file -> file.getFileName().toString()))
            .as(command.group())
            .contains(command.group(2) + ".java");
      }
    }
  }

  @Test
  void thePageOfCommandsHasEachWithItsOwnWords() throws IOException {
    Map<String, String> commands = new TreeMap<>();
    Main.commandLine("--help")
        .getSubcommands()
        .values()
        .forEach(
            command -> {
              commands.put(command.getCommandName(), words(command));
              command
                  .getSubcommands()
                  .forEach(
                      (name, part) ->
                          commands.put(command.getCommandName() + " " + name, words(part)));
            });

    assertThat(all(COMMAND_ROW, text(Path.of("docs/commands.md"))).stream())
        .extracting(row -> Map.entry(row.group(1), row.group(2)))
        .containsExactlyInAnyOrderElementsOf(commands.entrySet());
  }

  private static String words(CommandLine command) {
    return String.join(" ", command.getCommandSpec().usageMessage().header());
  }

  @Test
  void eachPromiseOfTheReadmeHasALinkToItsTest() throws IOException {
    String why = text(Path.of("README.md")).split("## Why")[1].split("## |\\*\\*Not for")[0];

    assertThat(why.split("\n- "))
        .hasSizeGreaterThan(1)
        .allMatch(each -> each.isBlank() || each.contains("Test.java)"));
  }

  @Test
  void theIndexOfDecisionsHasEachUnderItsTitle() throws IOException {
    Path index = Path.of("docs/decisions/README.md");
    List<String> titles = new ArrayList<>();
    for (Path page : pages()) {
      if (page.startsWith("docs/decisions") && !page.equals(index)) {
        Path name = page.getFileName();
        titles.add(text(page).lines().findFirst().orElse("") + " " + name);
      }
    }

    assertThat(all(DECISION_ROW, text(index)))
        .extracting(row -> "# %s: %s %s".formatted(row.group(1), row.group(3), row.group(2)))
        .containsExactlyInAnyOrderElementsOf(titles);
  }

  static Stream<Path> guides() throws IOException {
    return pages().stream()
        .filter(page -> page.startsWith("docs") || page.getNameCount() == 1)
        .filter(page -> !page.startsWith("docs/decisions") && !page.endsWith("CHANGELOG.md"));
  }

  @ParameterizedTest
  @MethodSource("guides")
  void aSentenceIsReadAtOnce(Path page) throws IOException {
    String prose =
        CODE_AND_ADDRESS.matcher(NO_PROSE.matcher(text(page)).replaceAll("\n")).replaceAll("`");

    assertThat(SENTENCES_END.splitAsStream(prose))
        .filteredOn(sentence -> all(WORD_OF_A_SENTENCE, sentence).size() > LONGEST_SENTENCE)
        .isEmpty();
  }

  /** Each picture has what {@code docs/images/record.py} noted of it when it was taken. */
  @Test
  void picturesShowWordsThatThePagesHave() throws IOException {
    Path folder = PROJECT.resolve("docs/images");
    JsonNode pictures = Json.MAPPER.readTree(folder.resolve("pictures.json").toFile());
    Path words = Path.of("operate/src/main/resources/io/pairstream/operate/web/words.en.json");
    Set<String> known = new HashSet<>();
    for (JsonNode section : Json.MAPPER.readTree(text(words))) {
      section.forEach(word -> known.add(word.asText()));
    }
    String topology = text(Path.of("preprocess-streams/src/test/resources/topology.txt"));
    String old = "%s shows what the pages do not; make it anew: python3 docs/images/record.py";
    for (String name : (Iterable<String>) pictures::fieldNames) {
      JsonNode noted = pictures.get(name);
      BufferedImage picture = ImageIO.read(folder.resolve(name).toFile());
      assertThat(noted.path("size"))
          .extracting(JsonNode::asInt)
          .as("size of " + name)
          .containsExactly(picture.getWidth(), picture.getHeight());
      assertThat(noted.path("labels"))
          .extracting(JsonNode::asText)
          .as(old.formatted(name))
          .isSubsetOf(known);
      assertThat(noted.path("nodes"))
          .extracting(JsonNode::asText)
          .as(old.formatted(name))
          .allMatch(node -> topology.contains(": " + node + " "));
    }
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .filteredOn(name -> name.matches(".*\\.(png|gif)"))
          .containsExactlyInAnyOrderElementsOf(pictures::fieldNames);
    }
  }

  private static Set<String> anchors(Path page) throws IOException {
    return all(HEADING, text(page)).stream()
        .map(heading -> heading.group(1).toLowerCase(Locale.ROOT))
        .map(heading -> heading.replaceAll("[^\\p{L}\\p{N}\\s_-]", "").replace(' ', '-'))
        .collect(Collectors.toSet());
  }

  private static String text(Path page) throws IOException {
    return Files.readString(PROJECT.resolve(page));
  }

  private static List<MatchResult> all(Pattern pattern, String text) {
    return pattern.matcher(text).results().toList();
  }
}

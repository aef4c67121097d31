package io.pairstream.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;

/** No module grows beyond {@code lines.properties}; a higher number there takes a decision. */
class LineBudgetTest {

  private static final Path ROOT = Path.of(System.getProperty("pairstream.project.dir"));
  private static final String PYTHON = "trainer-feed/python/src";
  private static final String QUOTES = "\"\"\"";

  @Test
  void noModuleIsLargerThanItsBudget() throws IOException {
    Properties budget = budget();
    SoftAssertions all = new SoftAssertions();
    for (String folder : budget.stringPropertyNames()) {
      all.assertThat(lines(ROOT.resolve(folder)))
          .as("lines of code in %s; make it smaller, or write down why it grows", folder)
          .isLessThanOrEqualTo(Integer.parseInt(budget.getProperty(folder)));
    }
    all.assertAll();
  }

  @Test
  void everyModuleHasABudget() throws IOException {
    try (Stream<Path> modules = Files.list(ROOT)) {
      Stream<String> folders =
          modules
              .filter(module -> Files.exists(module.resolve("pom.xml")))
              .flatMap(
                  module -> Stream.of("main", "test").map(part -> module.resolve("src/" + part)))
              .filter(folder -> Files.isDirectory(folder.resolve("java")))
              .map(folder -> ROOT.relativize(folder).toString());
      assertThat(budget().stringPropertyNames())
          .containsExactlyInAnyOrderElementsOf(Stream.concat(folders, Stream.of(PYTHON)).toList());
    }
  }

  private static Properties budget() throws IOException {
    Properties budget = new Properties();
    try (var in = Files.newBufferedReader(ROOT.resolve("lines.properties"))) {
      budget.load(in);
    }
    return budget;
  }

  /** Lines that are neither blank nor part of a comment, or of a docstring. */
  private static long lines(Path folder) throws IOException {
    boolean isPython = folder.endsWith(PYTHON);
    try (Stream<Path> files = Files.walk(folder)) {
      long sum = 0;
      for (Path file :
          files.filter(each -> each.toString().endsWith(isPython ? ".py" : ".java")).toList()) {
        List<String> lines = Files.readAllLines(file).stream().map(String::strip).toList();
        sum += isPython ? linesOfPython(lines) : linesOfJava(lines);
      }
      return sum;
    }
  }

  private static long linesOfJava(List<String> lines) {
    return lines.stream()
        .filter(line -> !line.isEmpty() && Stream.of("//", "/*", "*").noneMatch(line::startsWith))
        .count();
  }

  private static long linesOfPython(List<String> lines) {
    long sum = 0;
    boolean isWithinDocstring = false;
    for (String line : lines) {
      boolean isBegin = !isWithinDocstring && line.startsWith(QUOTES);
      if (!isBegin && !isWithinDocstring && !line.isEmpty() && !line.startsWith("#")) {
        sum++;
      }
      boolean isEnd = line.endsWith(QUOTES) && !(isBegin && line.length() == QUOTES.length());
      isWithinDocstring = (isBegin || isWithinDocstring) && !isEnd;
    }
    return sum;
  }
}

package io.pairstream.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The code as a whole does not grow beyond {@code lines.properties}. */
class LineBudgetTest {

  private static final Path ROOT = Path.of(System.getProperty("pairstream.project.dir"));
  private static final String QUOTES = "\"\"\"";

  @ParameterizedTest
  @CsvSource({
    "java-main, src/main/java, .java",
    "java-tests, src/test/java, .java",
    "python, python/src, .py",
    "pages, src/main/resources, .js|.css"
  })
  void noKindOfCodeIsLargerThanItsBudget(String kind, String folder, String ends)
      throws IOException {
    Properties budget = new Properties();
    try (var in = Files.newBufferedReader(ROOT.resolve("lines.properties"))) {
      budget.load(in);
    }

    assertThat(lines(folder, List.of(ends.split("\\|"))))
        .as("lines of %s; take out what is not used, or stands twice", kind)
        .isPositive()
        .isLessThanOrEqualTo(Long.parseLong(budget.getProperty(kind)));
  }

  /** Lines in all modules that are neither blank nor part of a comment, or of a docstring. */
  private static long lines(String folder, List<String> ends) throws IOException {
    long sum = 0;
    try (Stream<Path> modules = Files.list(ROOT)) {
      for (Path part : modules.map(module -> module.resolve(folder)).toList()) {
        sum += Files.isDirectory(part) ? linesOfFiles(part, ends) : 0;
      }
    }
    return sum;
  }

  private static long linesOfFiles(Path folder, List<String> ends) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      long sum = 0;
      for (Path file :
          files.filter(one -> ends.stream().anyMatch(one.toString()::endsWith)).toList()) {
        List<String> lines = Files.readAllLines(file).stream().map(String::strip).toList();
        sum += ends.contains(".py") ? linesOfPython(lines) : linesOfOthers(lines);
      }
      return sum;
    }
  }

  private static long linesOfOthers(List<String> lines) {
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

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

  @Test
  void noModuleIsLargerThanItsBudget() throws IOException {
    Properties budget = budget();
    SoftAssertions all = new SoftAssertions();
    for (String folder : budget.stringPropertyNames()) {
      all.assertThat(lines(ROOT.resolve(folder)))
          .as("lines of Java code in %s; make it smaller, or write down why it grows", folder)
          .isLessThanOrEqualTo(Integer.parseInt(budget.getProperty(folder)));
    }
    all.assertAll();
  }

  @Test
  void everyModuleHasABudget() throws IOException {
    try (Stream<Path> modules = Files.list(ROOT)) {
      List<String> folders =
          modules
              .filter(module -> Files.exists(module.resolve("pom.xml")))
              .flatMap(
                  module -> Stream.of("main", "test").map(part -> module.resolve("src/" + part)))
              .filter(folder -> Files.isDirectory(folder.resolve("java")))
              .map(folder -> ROOT.relativize(folder).toString())
              .toList();
      assertThat(budget().stringPropertyNames()).containsExactlyInAnyOrderElementsOf(folders);
    }
  }

  private static Properties budget() throws IOException {
    Properties budget = new Properties();
    try (var in = Files.newBufferedReader(ROOT.resolve("lines.properties"))) {
      budget.load(in);
    }
    return budget;
  }

  /** Lines that are neither blank nor part of a comment. */
  private static long lines(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      long sum = 0;
      for (Path file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
        sum +=
            Files.readAllLines(file).stream()
                .map(String::strip)
                .filter(LineBudgetTest::isCode)
                .count();
      }
      return sum;
    }
  }

  private static boolean isCode(String line) {
    return !line.isEmpty() && Stream.of("//", "/*", "*").noneMatch(line::startsWith);
  }
}

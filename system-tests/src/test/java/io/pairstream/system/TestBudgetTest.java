package io.pairstream.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bounds of what makes tests dear: {@code test-budget.properties}. */
class TestBudgetTest {

  private static final Path ROOT = Path.of(System.getProperty("pairstream.project.dir"));
  private static final int MOST_EXCEPTIONS = 12;
  private static final Properties BUDGET = new Properties();
  private static List<String> classes;

  @BeforeAll
  static void read() throws IOException {
    try (var in = Files.newBufferedReader(ROOT.resolve("test-budget.properties"))) {
      BUDGET.load(in);
    }
    classes = new ArrayList<>();
    try (Stream<Path> modules = Files.list(ROOT)) {
      for (Path module : modules.toList()) {
        Path sources = module.resolve("src/test/java");
        if (Files.isDirectory(sources)) {
          try (Stream<Path> files = Files.walk(sources)) {
            files
                .filter(file -> file.toString().endsWith("Test.java"))
                .filter(file -> !file.endsWith("TestBudgetTest.java"))
                .map(TestBudgetTest::text)
                .filter(text -> !text.contains("\n@Tag(\"full\")"))
                .forEach(classes::add);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "all-topics, datasetOfAllTopics\\(",
    "own-brokers, new EmbeddedKafka\\(",
    "processes, ProcessBuilder|PairstreamProcess|RunningPlatform|ImageWorkerPool"
  })
  void noMoreClassesDoWhatIsDear(String key, Pattern dear) {
    assertThat(classes.stream().filter(text -> dear.matcher(text).find()).count())
        .as("test classes with %s; share it, or say in test-budget.properties that they grow", dear)
        .isLessThanOrEqualTo(Long.parseLong(BUDGET.getProperty(key)));
  }

  @Test
  void fewClassesAreDearerThanOthers() {
    assertThat(BUDGET.stringPropertyNames().stream().filter(key -> key.startsWith("io.")))
        .hasSizeLessThanOrEqualTo(MOST_EXCEPTIONS)
        .allMatch(name -> classes.stream().anyMatch(text -> declares(text, name)), "is a class");
  }

  private static boolean declares(String text, String name) {
    int dot = name.lastIndexOf('.');
    return text.contains("package " + name.substring(0, dot) + ";")
        && text.contains("class " + name.substring(dot + 1) + " ");
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

package io.pairstream.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TerminalTextTest {

  @Test
  void takesOutWhatSteersATerminal() {
    assertThat(TerminalText.plain("a\u001b[31mred\u0007\r\nb\u202Ec\u2028d"))
        .isEqualTo("a [31mred   b c d");
  }

  @ParameterizedTest
  @CsvSource({"cat, 3", "一只猫, 6", "猫 cat, 6", "，。, 4", "e\u0301, 1"})
  void countsColumns(String text, int columns) {
    assertThat(TerminalText.columns(text)).isEqualTo(columns);
  }

  @ParameterizedTest
  @CsvSource({"abcdef, 6, abcdef", "abcdef, 5, abcd…", "一只猫, 6, 一只猫", "一只猫, 5, 一只…", "一只猫, 4, 一…"})
  void cutsToColumns(String text, int columns, String fitting) {
    assertThat(TerminalText.fit(text, columns)).isEqualTo(fitting);
  }

  @ParameterizedTest
  @CsvSource({"0, ''", "1, ████", "0.5, ██", "0.375, █▌", "2, ████", "-1, ''"})
  void drawsBarsInEighths(double share, String bar) {
    assertThat(TerminalText.bar(share, 4)).isEqualTo(bar);
  }

  @ParameterizedTest
  @CsvSource({"1, '1 pair differs, 100 %'", "1001, '1,001 pairs differ, 100 %'"})
  void picksTheFormThatANumberAsksFor(long number, String words) {
    assertThat(TerminalText.format("%,d pair(|s) differ(s|), %.0f %%", number, 100.0))
        .isEqualTo(words);
  }

  /** A number before a plural is a template for other numbers than one alone. */
  @Test
  void everyCountOfThingsInAnyModuleHasAFormForOne() throws IOException {
    Pattern counted =
        Pattern.compile(
            "(?<!at most )%,?d (?!whose|drawn)(?:[a-z]+"
                + " )?(pairs|links|problems|entries|samples|files|records|offsets|batches|prompts|lines|pictures|images|partitions|takedowns|differences)\\b(?!/|"
                + " of epoch)|\\+ \" (partitions|images|records) per ");
    List<String> found = new ArrayList<>();
    try (Stream<Path> modules = Files.list(Path.of(".."))) {
      for (Path module : modules.map(each -> each.resolve("src/main/java")).toList()) {
        // Benchmarks print figures.
        if (Files.isDirectory(module) && !module.startsWith("../benchmarks")) {
          try (Stream<Path> sources = Files.walk(module)) {
            for (Path source : sources.filter(file -> file.toString().endsWith(".java")).toList()) {
              Matcher hits = counted.matcher(Files.readString(source));
              hits.results().forEach(hit -> found.add(source + ": " + hit.group()));
            }
          }
        }
      }
    }
    assertThat(found).isEmpty();
  }
}

package io.pairstream.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page of promises names tests that exist. */
class GuaranteesPageTest {

  private static final Path PROJECT = Path.of(System.getProperty("pairstream.project.dir"));

  @Test
  void namesTestsThatExist() throws IOException {
    Set<String> named = new TreeSet<>();
    Matcher test =
        Pattern.compile("`(\\w+Test)`")
            .matcher(Files.readString(PROJECT.resolve("docs/guarantees.md")));
    while (test.find()) {
      named.add(test.group(1) + ".java");
    }
    Set<String> there = new TreeSet<>();
    try (Stream<Path> modules = Files.list(PROJECT)) {
      for (Path module : modules.map(path -> path.resolve("src/test/java")).toList()) {
        if (Files.isDirectory(module)) {
          try (Stream<Path> files = Files.walk(module)) {
            there.addAll(
                files.map(file -> file.getFileName().toString()).collect(Collectors.toSet()));
          }
        }
      }
    }

    assertThat(named).hasSizeGreaterThan(20).isSubsetOf(there);
  }
}

package io.pairstream.cleaning;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * An IDE shows a Javadoc or a docstring alone, so each one opens with what its member is. Sentences
 * name the actor: a consumer, a producer, the caller.
 */
class JavadocTest {

  private static final Path ROOT = Path.of(System.getProperty("pairstream.project.dir"));

  /** Openings whose subject is another member, or not said; also of a parameter or a result. */
  private static final Pattern REFERS_ELSEWHERE =
      Pattern.compile(
          "(?:\"\"\"|(?:/\\*\\*|@param\\s+\\S+|@return|@throws\\s+\\S+)[\\s*]+)(?:Of|The same|Its?|They"
              + "|Their|Them|Those|These|That|One that|What|Whatever|Whoever)\\b.*");

  private static final Pattern WITHOUT_ACTOR =
      Pattern.compile("(?i).*\\b(?:nobody|somebody|whoever)\\b.*");

  /** Code, words, help texts and guides; decision records keep their words. */
  private static final Pattern READ_BY_PEOPLE =
      Pattern.compile("(?!.*/(?:src/test|decisions)/).*\\.(?:java|py|js|json|avsc|properties|md)");

  /** Folders of sources: of each Java module, and of the Python package. */
  static Stream<Path> sources() throws IOException {
    try (Stream<Path> modules = Files.list(ROOT)) {
      return Stream.concat(
          modules
              .filter(module -> Files.exists(module.resolve("pom.xml")))
              .map(module -> module.resolve("src"))
              .filter(Files::isDirectory)
              .toList()
              .stream(),
          Stream.of(ROOT.resolve("trainer-feed/python/src")));
    }
  }

  @ParameterizedTest
  @MethodSource("sources")
  void opensWithItsSubject(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      List<Path> sources = files.filter(file -> file.toString().matches(".*\\.(java|py)")).toList();

      assertThat(sources).isNotEmpty();
      assertThat(sources.stream().flatMap(file -> found(REFERS_ELSEWHERE, file))).isEmpty();
    }
  }

  @Test
  void namesTheActor() throws IOException {
    for (Path folder : Stream.concat(sources(), Stream.of(ROOT.resolve("docs"))).toList()) {
      try (Stream<Path> files = Files.walk(folder)) {
        assertThat(files.filter(file -> READ_BY_PEOPLE.matcher(file.toString()).matches()))
            .flatExtracting(file -> found(WITHOUT_ACTOR, file).toList())
            .isEmpty();
      }
    }
  }

  private static Stream<String> found(Pattern pattern, Path file) {
    try {
      return pattern
          .matcher(Files.readString(file))
          .results()
          .map(found -> ROOT.relativize(file) + ": " + found.group());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

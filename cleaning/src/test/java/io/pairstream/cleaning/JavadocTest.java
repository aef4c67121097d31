package io.pairstream.cleaning;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An IDE shows a Javadoc alone, so each one, in every module, opens with what its member is. */
class JavadocTest {

  private static final Path ROOT = Path.of(System.getProperty("pairstream.project.dir"));

  /** Openings whose subject is another member, or not said; also of a parameter or a result. */
  private static final Pattern REFERS_ELSEWHERE =
      Pattern.compile(
          "(?:/\\*\\*|@param\\s+\\S+|@return|@throws\\s+\\S+)[\\s*]+(?:Of|The same|Its?|They|Their"
              + "|Them|Those|These|That|One that|What|Whatever|Whoever)\\b.*");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "answers",
        "benchmarks",
        "cleaning",
        "command",
        "curation",
        "image-worker",
        "ingest-service",
        "operate",
        "preprocess-streams",
        "python-tests",
        "registry",
        "schemas",
        "service",
        "system-tests",
        "test-support",
        "tools",
        "trainer-feed"
      })
  void opensWithItsSubject(String module) throws IOException {
    try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src"))) {
      List<Path> sources = files.filter(file -> file.toString().endsWith(".java")).toList();

      assertThat(sources).isNotEmpty();
      assertThat(sources.stream().flatMap(JavadocTest::referringElsewhere)).isEmpty();
    }
  }

  private static Stream<String> referringElsewhere(Path file) {
    try {
      return REFERS_ELSEWHERE
          .matcher(Files.readString(file))
          .results()
          .map(found -> ROOT.relativize(file) + ": " + found.group());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

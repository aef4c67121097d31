package io.pairstream.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The release script, and the version in all the places that have it. */
class ReleaseTest {

  private static final Path PROJECT = Path.of(System.getProperty("pairstream.project.dir"));

  @Test
  void pythonPackageChartAndChangelogHaveTheVersionOfTheProgram() throws IOException {
    String version =
        found("pom.xml", "<revision>([^<]+)</revision>").group(1).replace("-SNAPSHOT", "");

    assertThat(found("trainer-feed/python/pyproject.toml", "(?m)^version = \"([^\"]+)\"").group(1))
        .isEqualTo(version);
    String chart = "(?m)^version: (.+)\nappVersion: \\1$";
    assertThat(found("deploy/helm/pairstream/Chart.yaml", chart).group(1)).isEqualTo(version);
    assertThat(found("CHANGELOG.md", "(?m)^## \\[([^]]+)]").group(1)).isEqualTo(version);
  }

  @Test
  void imagesHaveABaseOfOneDigest() throws IOException {
    assertThat(found("deploy/Dockerfile", "(?m)^ARG BASE=\\S+@sha256:[0-9a-f]{64}$")).isNotNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          | release: wants VERSION [FOLDER]; see --help
          1.0 | release: VERSION is a number such as 0.1.0 or 0.2.0-rc.1, not 1.0
          v0.1.0 | release: VERSION is a number such as 0.1.0 or 0.2.0-rc.1, not v0.1.0
          """)
  void saysWhatIsWrongWithItsArguments(String version, String words) throws Exception {
    ProcessBuilder command = new ProcessBuilder(PROJECT.resolve(".ci/release").toString());
    if (version != null) {
      command.command().add(version);
    }
    Process process = command.redirectErrorStream(true).start();

    assertThat(new String(process.getInputStream().readAllBytes(), UTF_8).lines())
        .containsExactly(words);
    assertThat(process.waitFor()).isEqualTo(2);
  }

  private static MatchResult found(String file, String pattern) throws IOException {
    return Pattern.compile(pattern)
        .matcher(Files.readString(PROJECT.resolve(file)))
        .results()
        .findFirst()
        .orElseThrow(() -> new AssertionError(file + " has no " + pattern));
  }
}

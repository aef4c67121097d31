package io.pairstream.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogEndTest {

  @TempDir private Path folder;

  @Test
  void whatIsWrongStandsBeforeTheLastLines() throws IOException {
    List<String> lines = new ArrayList<>();
    lines.add("10:00:00.000 ERROR [main] i.p.Preprocess: the disk is full");
    lines.add("java.io.IOException");
    lines.add("\tat io.pairstream.Preprocess.main(Preprocess.java:1)");
    lines.add("Caused by: java.io.IOException: No space left on device");
    IntStream.range(0, 20).forEach(i -> lines.add("10:00:01.000 INFO  [main] a: step " + i));
    lines.add("10:00:02.000 WARN  [main] a: " + "x".repeat(1000));
    Path log = Files.write(folder.resolve("preprocess.log"), lines);

    List<String> quoted = LogEnd.quoted(log).lines().map(String::strip).toList();

    assertThat(quoted.get(0)).isEqualTo("the end of " + log + ", warnings and errors first:");
    assertThat(quoted.subList(1, 3)).containsExactly(lines.get(0), lines.get(3));
    assertThat(quoted.get(3)).startsWith("10:00:02.000 WARN ").hasSize(300);
    assertThat(quoted.subList(4, 10)).isEqualTo(lines.subList(18, 24));
    assertThat(quoted).hasSize(10);
  }

  @Test
  void aLogThatCannotBeReadIsNamedAlone() {
    Path missing = folder.resolve("preprocess.log");

    assertThat(LogEnd.quoted(missing).lines())
        .containsExactly("  the end of " + missing + ", warnings and errors first:");
    assertThat(LogEnd.lastWords(missing)).isEmpty();
  }
}

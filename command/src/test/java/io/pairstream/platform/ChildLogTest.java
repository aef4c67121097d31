package io.pairstream.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChildLogTest {

  @TempDir Path directory;

  @Test
  void keepsOneLogBeforeTheNewOneAndPutsALargeOneAside() throws IOException {
    ChildLog log = new ChildLog(directory.resolve("logs").resolve("broker.log"));
    for (String words : List.of("first", "second")) {
      log.begin();
      Files.writeString(log.file(), words);
    }

    log.begin();

    assertThat(log.file()).doesNotExist();
    assertThat(directory.resolve("logs").resolve("broker.log.1")).hasContent("second");
    Files.write(log.file(), new byte[(1 << 20) + 1]);
    log.putAsideIfLarge();
    assertThat(log.file()).doesNotExist();
  }

  @Test
  void showsTheLastLines() throws IOException {
    ChildLog log = new ChildLog(directory.resolve("broker.log"));
    Files.write(log.file(), IntStream.rangeClosed(1, 1_000).mapToObj(i -> "line " + i).toList());

    assertThat(log.end())
        .contains("\n  line 986\n")
        .endsWith("  line 1000")
        .doesNotContain("line 985");
  }
}

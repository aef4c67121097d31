package io.pairstream.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChildLogTest {

  @TempDir Path directory;

  private ChildLog log;

  @BeforeEach
  void name() {
    log = new ChildLog(directory.resolve("logs").resolve("broker.log"));
  }

  @Test
  void keepsOneLogBeforeTheNewOne() throws IOException {
    log.begin();
    Files.writeString(log.file(), "first\n");
    log.begin();
    Files.writeString(log.file(), "second\n");

    log.begin();

    assertThat(log.file()).doesNotExist();
    assertThat(directory.resolve("logs").resolve("broker.log.1")).hasContent("second");
  }

  @Test
  void putsLargeLogAside() throws IOException {
    log.begin();
    Files.write(log.file(), new byte[(1 << 20) + 1]);

    log.putAsideIfLarge();

    assertThat(log.file()).doesNotExist();
  }

  @Test
  void showsTheLastLines() throws IOException {
    log.begin();
    StringBuilder lines = new StringBuilder();
    for (int i = 1; i <= 1_000; i++) {
      lines.append("line ").append(i).append('\n');
    }
    Files.writeString(log.file(), lines);

    assertThat(log.end())
        .contains("\n  line 986\n")
        .endsWith("  line 1000")
        .doesNotContain("line 985");
  }
}

package io.pairstream.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainerWatchTest {

  @TempDir Path folder;

  private Path log;
  private TrainerWatch watch;

  @BeforeEach
  void watch() {
    log = folder.resolve("feed.log");
    watch = new TrainerWatch(log);
  }

  @AfterEach
  void close() throws IOException {
    watch.close();
  }

  @Test
  void countsNothingBeforeThereIsALog() throws Exception {
    assertThat(watch.batches()).isZero();
    assertThat(watch.lastCaption()).isEmpty();
  }

  @Test
  void countsBatchesAmongLinesOfTheLog() throws Exception {
    append("12:00:00 WARN  a warning\n");
    append("{\"batch\":0,\"first_caption\":\"a red cat\"}\n");
    append("{not json\n{\"error\":\"an object that is no batch\"}\n\n");
    append("{\"batch\":1,\"first_caption\":\"一只猫\"}\n");

    assertThat(watch.batches()).isEqualTo(2);
    assertThat(watch.lastCaption()).isEqualTo("一只猫");
  }

  @Test
  void readsOnWhereItStopped() throws Exception {
    append("{\"batch\":0,\"first_caption\":\"first\"}\n");
    assertThat(watch.batches()).isEqualTo(1);

    append("{\"batch\":1,\"first_caption\":\"second\"}\n");

    assertThat(watch.batches()).isEqualTo(2);
    assertThat(watch.lastCaption()).isEqualTo("second");
    assertThat(watch.batches()).isEqualTo(2);
  }

  @Test
  void waitsForTheEndOfALine() throws Exception {
    append("{\"batch\":0,\"first_cap");
    assertThat(watch.batches()).isZero();

    append("tion\":\"whole\"}");
    assertThat(watch.batches()).isZero();

    append("\n");
    assertThat(watch.batches()).isEqualTo(1);
    assertThat(watch.lastCaption()).isEqualTo("whole");
  }

  private void append(String text) throws IOException {
    Files.writeString(
        log, text, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }
}

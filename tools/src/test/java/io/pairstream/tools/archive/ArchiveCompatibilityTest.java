package io.pairstream.tools.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

import io.pairstream.tools.archive.ArchivedRecord.About;
import io.pairstream.tools.archive.ArchivedRecord.Named;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A kept file of an archive, which no version writes again, is read. */
class ArchiveCompatibilityTest {

  private static final Path KEPT = Path.of("src/test/resources/compatibility/archive-0.1.tar");

  @Test
  void anArchiveOfTheFirstVersionIsRead() throws IOException {
    if (Boolean.getBoolean("write.goldens") && !Files.exists(KEPT)) {
      write();
    }

    assertThatNoException()
        .as("an archive of 0.1 is read; read its form beside the new one: " + KEPT)
        .isThrownBy(ArchiveCompatibilityTest::readKept);
  }

  private static void readKept() throws IOException {
    try (ArchiveFile.Reader reader = new ArchiveFile.Reader(KEPT)) {
      ArchivedRecord pair = reader.next().orElseThrow();
      assertThat(pair.about().topic()).isEqualTo("pairs.scraped");
      assertThat(pair.about().at().partition()).isEqualTo(3);
      assertThat(pair.about().offset()).isEqualTo(41);
      assertThat(pair.about().timestamp()).isEqualTo(1_700_000_000_000L);
      assertThat(pair.about().key()).isEqualTo(bytes("key"));
      assertThat(pair.headers())
          .singleElement()
          .satisfies(header -> assertThat(header.key()).isEqualTo("source"))
          .satisfies(header -> assertThat(header.value()).isEqualTo(bytes("crawl")));
      assertThat(pair.about().takedownKeys()).containsExactly("contributor:anna");
      assertThat(pair.value()).isEqualTo(bytes("value"));
      ArchivedRecord empty = reader.next().orElseThrow();
      assertThat(empty.about().key()).isNull();
      assertThat(empty.value()).isNull();
      assertThat(reader.next()).isEmpty();
    }
  }

  private static void write() throws IOException {
    Files.createDirectories(KEPT.getParent());
    try (ArchiveFile.Writer writer = new ArchiveFile.Writer(KEPT)) {
      writer.add(record(41, bytes("key"), bytes("value")));
      writer.add(record(42, null, null));
      writer.finish();
    }
  }

  private static ArchivedRecord record(long offset, byte[] key, byte[] value) {
    List<Named> headers = List.of(new Named("source", bytes("crawl")));
    List<String> takedowns = List.of("contributor:anna");
    return new ArchivedRecord(
        new About(
            "pairs.scraped", 3, offset, 1_700_000_000_000L, key, headers, value != null, takedowns),
        value);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}

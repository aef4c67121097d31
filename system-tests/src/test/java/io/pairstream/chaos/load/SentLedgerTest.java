package io.pairstream.chaos.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.chaos.load.LedgerEntry.Fate;
import io.pairstream.schemas.topics.Dataset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SentLedgerTest {

  private static final LedgerEntry BY_KAFKA =
      new LedgerEntry(
          Fate.ACKNOWLEDGED,
          17,
          SentKind.NO_VALUE,
          "chaos.crowdsourced",
          2,
          40,
          LedgerEntry.NO_VALUE,
          "",
          "",
          Instant.parse("2026-01-02T03:04:05.006Z"),
          "");
  private static final LedgerEntry BY_HTTP =
      new LedgerEntry(
          Fate.UNSURE,
          18,
          SentKind.GOOD,
          "chaos.crowdsourced",
          -1,
          -1,
          "",
          "0123456789abcdef0123456789abcdef",
          "ab".repeat(32),
          Instant.parse("2026-01-02T03:04:06Z"),
          "answered 503");

  @TempDir private Path folder;

  @Test
  void readsWhatWasWrittenWhileItIsStillOpen() throws IOException {
    Path file = folder.resolve("ledger.jsonl");
    try (SentLedger ledger = SentLedger.create(file, new Dataset("chaos"), 7)) {
      ledger.add(BY_KAFKA);
      ledger.add(BY_HTTP);

      List<LedgerEntry> read = new ArrayList<>();
      SentLedger.open(file).read(read::add);
      assertThat(read).containsExactly(BY_KAFKA, BY_HTTP);
      assertThat(SentLedger.open(file).dataset()).isEqualTo(new Dataset("chaos"));
    }
  }

  @Test
  void refusesAFileThatIsNoLedger() throws IOException {
    Path file = folder.resolve("list.txt");
    Files.writeString(file, "{\"pairs\": 3}\n");

    assertThatThrownBy(() -> SentLedger.open(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("list.txt is no ledger: its first line names no dataset");
    assertThatThrownBy(() -> SentLedger.open(folder.resolve("none")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("none cannot be read");
  }

  @Test
  void namesTheLineThatIsNone() throws IOException {
    Path file = folder.resolve("ledger.jsonl");
    try (SentLedger ledger = SentLedger.create(file, new Dataset("chaos"), 7)) {
      ledger.add(BY_KAFKA);
    }
    Files.writeString(file, "{\"fate\": \"LOST\"}\n", StandardOpenOption.APPEND);

    assertThatThrownBy(() -> SentLedger.open(file).read(entry -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("ledger.jsonl, line 3: ");
  }

  @ParameterizedTest
  @CsvSource({
    "'2026-01-02T03:04:05.006Z', 2026-13-02T03:04:05.006Z",
    "'\"offset\":40', '\"offset\":\"four\"'",
    "'\"offset\":40', '\"offset\":40.5'",
    "'\"offset\":40', '\"offset\":99999999999999999999'",
    "'\"partition\":2', '\"partition\":4294967298'",
    "'{\"fate\"', '[\"fate\"'",
  })
  void namesTheLineThatWasDamaged(String whole, String damaged) throws IOException {
    Path file = folder.resolve("ledger.jsonl");
    try (SentLedger ledger = SentLedger.create(file, new Dataset("chaos"), 7)) {
      ledger.add(BY_KAFKA);
    }
    Files.writeString(file, Files.readString(file).replace(whole, damaged));

    assertThatThrownBy(() -> SentLedger.open(file).read(entry -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("ledger.jsonl, line 2: ");
  }

  @Test
  void namesTheLineThatIsNoText() throws IOException {
    Path file = folder.resolve("ledger.jsonl");
    try (SentLedger ledger = SentLedger.create(file, new Dataset("chaos"), 7)) {
      ledger.add(BY_KAFKA);
    }
    Files.write(file, new byte[] {(byte) 0xff, '\n'}, StandardOpenOption.APPEND);

    assertThatThrownBy(() -> SentLedger.open(file).read(entry -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("ledger.jsonl cannot be read");
  }

  @Test
  void namesTheLineWithADigestThatIsNone() throws IOException {
    Path file = folder.resolve("ledger.jsonl");
    try (SentLedger ledger = SentLedger.create(file, new Dataset("chaos"), 7)) {
      ledger.add(BY_HTTP);
    }
    Files.writeString(file, Files.readString(file).replace("abab", "abxx"));

    assertThatThrownBy(() -> SentLedger.open(file).read(entry -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("ledger.jsonl, line 2: image has 64 hex digits");
  }
}

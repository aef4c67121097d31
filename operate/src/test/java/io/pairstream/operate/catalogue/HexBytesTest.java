package io.pairstream.operate.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.service.table.Database;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HexBytesTest {

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {"", "00", "00ff", "0", "abc", "ABCD", "abxy", "0٣", "pairs.crowdsourced-0-7", "'"})
  void aColumnHasTheSameText(String text) {
    try (Database table = Database.open(folder.resolve("table.db"))) {
      table.execute("CREATE TABLE each (id)");
      table.update("INSERT INTO each VALUES (?)", HexBytes.of(text));

      assertThat(table.query("SELECT id FROM each", row -> HexBytes.text(row, "id")))
          .containsExactly(text);
      assertThat(table.query("SELECT 1 FROM each WHERE id = ?", row -> 1, HexBytes.of(text)))
          .hasSize(1);
    }
  }

  @Test
  void theBeginningOfAnIdFindsAllThatBeginWithIt() {
    List<String> ids = List.of("abce", "abcd", "abcdef", "abcd00", "abcdffffff", "abcc", "abc0ff");
    try (Database table = Database.open(folder.resolve("table.db"))) {
      table.execute("CREATE TABLE each (id)");
      ids.forEach(id -> table.update("INSERT INTO each VALUES (?)", HexBytes.of(id)));

      for (String beginning : List.of("abcd", "abcde", "abc", "abcdff", "a", "abcdeff")) {
        assertThat(
                table.query(
                    "SELECT id FROM each WHERE id BETWEEN ? AND ?",
                    row -> HexBytes.text(row, "id"),
                    HexBytes.beginning(beginning).toArray()))
            .containsExactlyInAnyOrderElementsOf(
                ids.stream().filter(id -> id.startsWith(beginning)).toList());
      }
    }
  }
}

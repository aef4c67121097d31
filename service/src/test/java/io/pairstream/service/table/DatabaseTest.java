package io.pairstream.service.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseTest {

  private static final String HOSTILE = "'); DROP TABLE pair; -- \u0000 \uD83D\uDC36";

  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void makeTable() {
    file = folder.resolve("new").resolve("test.db");
    try (Database database = Database.open(file)) {
      database.execute("CREATE TABLE pair (id TEXT PRIMARY KEY, px INTEGER)");
    }
  }

  @Test
  void hostileTextIsAValue() {
    try (Database database = Database.open(file)) {
      database.update("INSERT INTO pair VALUES (?, ?)", HOSTILE, null);

      assertThat(
              database.first("SELECT id FROM pair WHERE id = ?", row -> row.getString(1), HOSTILE))
          .contains(HOSTILE);
    }
  }

  private static void failHalfway(Database database) {
    assertThatThrownBy(
            () ->
                database.transaction(
                    () -> {
                      database.update("INSERT INTO pair VALUES (?, ?)", "a", 1);
                      throw new IllegalStateException("halfway");
                    }))
        .hasMessage("halfway");
  }

  @Test
  void transactionThatFailsLeavesNothing() {
    try (Database database = Database.open(file)) {
      failHalfway(database);

      assertThat(database.query("SELECT id FROM pair", row -> row.getString(1))).isEmpty();
      database.transaction(() -> database.update("INSERT INTO pair VALUES (?, ?)", "b", 1));
      try (Database reader = Database.openToRead(file)) {
        assertThat(reader.query("SELECT id FROM pair", row -> row.getString(1)))
            .containsExactly("b");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ROLLBACK", "COMMIT"})
  void transactionThatTheDatabaseEndedIsFollowedByTheNext(String itself) {
    try (Database database = Database.open(file)) {
      assertThatThrownBy(() -> database.transaction(() -> database.execute(itself)))
          .isInstanceOf(ViewStorageException.class);

      failHalfway(database);
      assertThat(database.query("SELECT id FROM pair", row -> row.getString(1))).isEmpty();
      database.update("INSERT INTO pair VALUES (?, ?)", "alone", 1);
      try (Database reader = Database.openToRead(file)) {
        assertThat(reader.query("SELECT id FROM pair", row -> row.getString(1)))
            .containsExactly("alone");
      }
    }
  }

  @Test
  void readerSeesWhatIsCommittedAndWritesNothing() {
    try (Database writer = Database.open(file);
        Database reader = Database.openToRead(file)) {
      writer.transaction(
          () -> {
            writer.update("INSERT INTO pair VALUES (?, ?)", "a", 256);
            assertThat(reader.query("SELECT px FROM pair", row -> row.getInt(1))).isEmpty();
          });

      assertThat(reader.query("SELECT px FROM pair", row -> row.getInt(1))).containsExactly(256);
      assertThatThrownBy(() -> reader.update("DELETE FROM pair"))
          .isInstanceOf(ViewStorageException.class);
    }
  }
}

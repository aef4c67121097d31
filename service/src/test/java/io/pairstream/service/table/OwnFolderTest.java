package io.pairstream.service.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnFolderTest {

  @TempDir Path folder;

  private static String modes(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void whatIsMadeIsItsOwnersAlone() throws IOException {
    Path made = OwnFolder.make(folder.resolve("state/receipts"));

    assertThat(modes(made)).isEqualTo("rwx------");
    assertThat(modes(made.getParent())).isEqualTo("rwx------");
  }

  @Test
  void aFolderThatTheUserChoseStaysAsItIs() throws IOException {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));

    OwnFolder.make(folder);
    OwnFolder.make(folder.resolve("receipts"));

    assertThat(modes(folder)).isEqualTo("rwxr-xr-x");
    assertThat(modes(folder.resolve("receipts"))).isEqualTo("rwx------");
  }

  @Test
  void tablesOfAnEarlierVersionAreClosedToOthers() throws IOException {
    Path receipts = Files.createDirectory(folder.resolve("receipts"));
    Files.setPosixFilePermissions(receipts, PosixFilePermissions.fromString("rwxr-xr-x"));

    try (Database database = Database.open(receipts.resolve("table.db"))) {
      database.execute("CREATE TABLE kept (id TEXT)");
    }

    assertThat(modes(receipts)).isEqualTo("rwx------");
  }

  @Test
  void theFolderOfALockIsItsOwnersAlone() throws IOException {
    Path archive = folder.resolve("archive");

    try (FileChannel lock = Database.lock(archive)) {
      assertThat(lock.isOpen()).isTrue();
    }

    assertThat(modes(archive)).isEqualTo("rwx------");
  }
}

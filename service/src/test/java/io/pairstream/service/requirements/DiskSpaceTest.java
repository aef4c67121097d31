package io.pairstream.service.requirements;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskSpaceTest {

  private static final long MUCH_BYTES = 1L << 30;

  /** A file system that never has room. */
  private static final Path FULL = Path.of("/proc");

  @TempDir Path folder;

  @Test
  void findsNoTroubleWhereThereIsRoom() throws Exception {
    assumeThat(Files.getFileStore(folder).getUsableSpace())
        .as("free bytes on the disk of temporary files")
        .isGreaterThan(MUCH_BYTES);

    assertThat(new DiskSpace(folder).trouble()).isEmpty();
  }

  @Test
  void saysWhichDirectoryHasNoRoomLeft() {
    assumeThat(FULL).as("a file system without room").isDirectory();

    assertThat(new DiskSpace(FULL).trouble())
        .contains("the disk of " + FULL + " has less than 256 MiB left");
  }

  @Test
  void saysThatADirectoryIsGone() {
    Path gone = folder.resolve("gone");

    assertThat(new DiskSpace(gone).trouble())
        .get()
        .asString()
        .startsWith("the state directory cannot be looked at")
        .contains(gone.toString());
  }
}

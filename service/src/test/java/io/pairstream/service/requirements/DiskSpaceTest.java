package io.pairstream.service.requirements;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskSpaceTest {

  private static final long MUCH_BYTES = 1L << 30;

  @TempDir Path folder;

  @Test
  void findsNoTroubleWhereThereIsRoom() throws Exception {
    assumeThat(Files.getFileStore(folder).getUsableSpace())
        .as("free bytes on the disk of temporary files")
        .isGreaterThan(MUCH_BYTES);

    assertThat(new DiskSpace(folder).trouble()).isEmpty();
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

package io.pairstream.chaos.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Small file systems are full, read-only and gone when they should be. */
class MountsTest {

  @TempDir private Path folder;

  @BeforeEach
  void needsMounts() {
    assumeTrue(Abilities.ofThisMachine().loopMounts(), "nothing can be mounted here");
  }

  @Test
  void aFullDiskTakesNothingUntilItIsFreed() throws IOException {
    Path disk;
    try (Mounts mounts = new Mounts()) {
      disk = mounts.disk("disk-1", 16);
      Files.write(disk.resolve("before"), new byte[4096]);

      Mounts.fill(disk);
      assertThatThrownBy(() -> Files.write(disk.resolve("while"), new byte[4096]))
          .isInstanceOf(IOException.class);

      Mounts.free(disk);
      Files.write(disk.resolve("after"), new byte[4096]);
      assertThat(disk.resolve("before")).hasSize(4096);
      assertThat(mounted()).contains(disk.toString());
    }
    assertThat(mounted()).doesNotContain(disk.toString());
    assertThat(disk).doesNotExist();
  }

  @Test
  void memoryHidesADirectoryUntilItIsTakenAway() throws IOException {
    Files.write(folder.resolve("a store"), new byte[1]);
    try (Mounts mounts = new Mounts()) {
      mounts.memory(folder, 1, true);
      assertThat(folder.resolve("a store")).doesNotExist();
      assertThatThrownBy(() -> Files.write(folder.resolve("another"), new byte[1]))
          .isInstanceOf(IOException.class);

      mounts.unmount(folder);
      assertThat(folder.resolve("a store")).exists();
      assertThatCode(() -> mounts.unmount(folder)).doesNotThrowAnyException();
    }
  }

  @Test
  void sweepsWhatAHarnessLeftThatRunsNoLonger() throws Exception {
    Process dead = new ProcessBuilder("true").start();
    dead.waitFor();
    Path left =
        Files.createDirectory(
            Path.of(System.getProperty("java.io.tmpdir"))
                .resolve("pairstream-chaos-" + dead.pid() + "-1"));
    Path point = Files.createDirectory(left.resolve("disk-1"));
    SystemCommand.run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", point.toString());
    Files.writeString(left.resolve("mounts"), point + "\n");
    try (Mounts ours = new Mounts()) {
      Path disk = ours.disk("disk-1", 16);

      Mounts.sweep();

      assertThat(mounted()).doesNotContain(point.toString()).contains(disk.toString());
      assertThat(left).doesNotExist();
    }
  }

  private static String mounted() throws IOException {
    return Files.readString(Path.of("/proc/mounts"));
  }
}

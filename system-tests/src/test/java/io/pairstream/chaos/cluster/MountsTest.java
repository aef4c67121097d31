package io.pairstream.chaos.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Small file systems are full, read-only and gone when they should be. */
class MountsTest {

  @TempDir private Path folder;

  private static void needsMounts() {
    assumeTrue(Abilities.ofThisMachine().loopMounts(), "nothing can be mounted here");
  }

  @Test
  void aFullDiskTakesNothingUntilItIsFreed() throws IOException {
    needsMounts();
    Path disk;
    try (Mounts mounts = new Mounts(folder)) {
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
    needsMounts();
    Files.write(folder.resolve("a store"), new byte[1]);
    try (Mounts mounts = new Mounts(folder)) {
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
  void sweepsWhatAHarnessLeftThatRunsNoLonger() throws IOException {
    needsMounts();
    Path left = leftBy(dead().toString());
    Path point = memory(left.resolve("disk-1"));
    Path state = memory(folder.resolve("state"));
    Files.writeString(left.resolve("run"), folder.toString());
    Files.writeString(left.resolve("mounts"), point + "\n" + state + "\n");
    try (Mounts ours = new Mounts(folder)) {
      Path disk = ours.disk("disk-1", 16);

      Mounts.sweep();

      assertThat(mounted())
          .doesNotContain(point.toString(), state.toString())
          .contains(disk.toString());
      assertThat(left).doesNotExist();
    }
  }

  @Test
  void unmountsNothingElseThatALeftListNames() throws IOException {
    needsMounts();
    Path elsewhere = memory(folder.resolve("elsewhere"));
    Path run = Files.createDirectory(folder.resolve("run"));
    Path link = Files.createSymbolicLink(run.resolve("link"), elsewhere);
    Path left = leftBy(dead().toString());
    Files.writeString(left.resolve("run"), run.toString());
    Files.write(
        left.resolve("mounts"),
        List.of(elsewhere.toString(), run + "/../elsewhere", link.toString(), "", "gone"));
    try {
      Mounts.sweep();

      assertThat(mounted()).contains(elsewhere.toString());
      assertThat(left).doesNotExist();
    } finally {
      SystemCommand.run("umount", elsewhere.toString());
    }
  }

  @Test
  void leavesWhatIsNotThisUsersOrNotSurelyDead() throws IOException {
    needsMounts();
    HarnessMark ours = HarnessMark.ofThisProcess();
    Path foreign = leftBy(dead().toString());
    SystemCommand.run("chown", "12345", foreign.toString());
    List<Path> left =
        List.of(
            foreign,
            leftBy(ours.toString()),
            leftBy(new HarnessMark(ours.namespace() + 1, 57, 1).toString()),
            leftBy("57"),
            leftBy("x"));
    try {
      Mounts.sweep();

      assertThat(left).allSatisfy(each -> assertThat(each).exists());
    } finally {
      left.forEach(Mounts::delete);
    }
  }

  @Test
  void deletesWhatIsWrittenAndRemovedMeanwhile() throws Exception {
    Path tree = folder.resolve("tree");
    Thread writer =
        new Thread(
            () -> {
              for (int i = 0; i < 3000; i++) {
                Path deep = tree.resolve("a").resolve("b" + i % 10);
                try {
                  Files.createDirectories(deep);
                  Files.write(deep.resolve("file-" + i), new byte[1]);
                  Files.deleteIfExists(deep.resolve("file-" + (i - 10)));
                } catch (IOException e) {
                  // Deleted between two of these.
                }
              }
            });
    writer.start();

    while (writer.isAlive()) {
      Mounts.delete(tree);
    }

    writer.join();
    Mounts.delete(tree);
    assertThat(tree).doesNotExist();
    assertThatCode(() -> Mounts.delete(tree)).doesNotThrowAnyException();
  }

  /** That of a process that was this one's predecessor under its id. */
  private static HarnessMark dead() {
    HarnessMark ours = HarnessMark.ofThisProcess();
    return new HarnessMark(ours.namespace(), ours.pid(), ours.started() - 1);
  }

  private static Path leftBy(String mark) throws IOException {
    return Files.createDirectory(
        Path.of(System.getProperty("java.io.tmpdir"))
            .resolve("pairstream-mounts-" + mark + "-" + System.nanoTime()));
  }

  private static Path memory(Path point) throws IOException {
    Files.createDirectory(point);
    SystemCommand.run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", point.toString());
    return point;
  }

  private static String mounted() throws IOException {
    return Files.readString(Path.of("/proc/mounts"));
  }
}

package io.pairstream.chaos.cluster;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Small file systems of a harness's own, so that a disk can be full or read-only without the
 * machine's being so. What is mounted is noted in a directory that names this process, by which the
 * next harness finds what one that was killed has left. Thread-safe.
 */
final class Mounts implements AutoCloseable {

  private static final String PREFIX = "pairstream-chaos-";
  private static final String FILLER = "filler";
  private static final long MIB = 1024 * 1024;

  private final Path directory;
  private final Path list;
  private final List<Path> mounted = new ArrayList<>();

  Mounts() throws IOException {
    directory =
        Files.createTempDirectory(PREFIX + ProcessHandle.current().pid() + "-").toAbsolutePath();
    list = directory.resolve("mounts");
    Files.createFile(list);
  }

  /** Unmounts and removes what harnesses have left that run no longer. */
  static void sweep() throws IOException {
    Path base = Path.of(System.getProperty("java.io.tmpdir"));
    List<Path> found;
    try (Stream<Path> entries = Files.list(base)) {
      found = entries.filter(Mounts::isOfDead).toList();
    }
    for (Path left : found) {
      Path mounts = left.resolve("mounts");
      if (Files.exists(mounts)) {
        Files.readAllLines(mounts).forEach(point -> unmountNow(Path.of(point)));
      }
      delete(left);
    }
  }

  private static boolean isOfDead(Path path) {
    String name = path.getFileName().toString();
    if (!name.startsWith(PREFIX)) {
      return false;
    }
    String pid = name.substring(PREFIX.length()).replaceAll("-.*", "");
    return pid.matches("[0-9]+")
        && ProcessHandle.of(Long.parseLong(pid)).filter(ProcessHandle::isAlive).isEmpty();
  }

  /** A new disk, an ext4 file system in a file; answers where it is mounted. */
  synchronized Path disk(String name, int mebibytes) throws IOException {
    Path image = directory.resolve(name + ".img");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(mebibytes * MIB);
    }
    // Nothing is kept back for root, whose processes these are.
    SystemCommand.run("mkfs.ext4", "-q", "-F", "-m", "0", image.toString());
    Path point = Files.createDirectory(directory.resolve(name));
    mount(point, "-o", "loop", image.toString());
    delete(point.resolve("lost+found"));
    return point;
  }

  /** Memory in place of a directory, which is made where missing. */
  synchronized void memory(Path point, int mebibytes, boolean readOnly) throws IOException {
    Files.createDirectories(point);
    mount(point, "-t", "tmpfs", "-o", "size=" + mebibytes + "m" + (readOnly ? ",ro" : ""), "tmpfs");
  }

  private void mount(Path point, String... what) throws IOException {
    Files.writeString(list, point + "\n", StandardOpenOption.APPEND);
    List<String> command = new ArrayList<>(List.of("mount"));
    command.addAll(List.of(what));
    command.add(point.toString());
    SystemCommand.run(command.toArray(String[]::new));
    mounted.add(point);
  }

  /** Takes a file system away, and shows the directory below it again. Harmless if it is gone. */
  synchronized void unmount(Path point) {
    if (mounted.remove(point)) {
      unmountNow(point);
    }
  }

  /** Leaves no byte free in the file system of a directory. */
  static void fill(Path point) {
    Path filler = point.resolve(FILLER);
    try {
      long bytes = Files.getFileStore(point).getUsableSpace();
      Optional<String> refused = Optional.of("");
      while (refused.isPresent() && bytes > 0) {
        refused = SystemCommand.attempt("fallocate", "-l", "" + bytes, filler.toString());
        bytes -= MIB;
      }
      // The rest, block by block; the end of it is the error that is wanted.
      SystemCommand.attempt(
          "dd", "if=/dev/zero", "of=" + filler + "-rest", "bs=4k", "oflag=append", "conv=notrunc");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot fill " + point, e);
    }
  }

  /** Gives the room back. */
  static void free(Path point) {
    try {
      Files.deleteIfExists(point.resolve(FILLER));
      Files.deleteIfExists(point.resolve(FILLER + "-rest"));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot free " + point, e);
    }
  }

  @Override
  public synchronized void close() {
    List.copyOf(mounted).forEach(this::unmount);
    delete(directory);
  }

  private static void unmountNow(Path point) {
    if (SystemCommand.attempt("umount", point.toString()).isPresent()) {
      SystemCommand.attempt("umount", "--lazy", point.toString());
    }
  }

  /** Removes a tree, as far as it is there. */
  static void delete(Path root) {
    if (!Files.exists(root)) {
      return;
    }
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove " + root, e);
    }
  }
}

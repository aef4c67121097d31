package io.pairstream.chaos.cluster;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Small file systems of a harness's own, so that a disk can be full or read-only without the
 * machine's being so. What is mounted is noted in a directory that bears this process's {@link
 * HarnessMark}, by which the next harness finds what one that was killed has left. Thread-safe.
 */
final class Mounts implements AutoCloseable {

  private static final String PREFIX = "pairstream-mounts-";
  private static final String FILLER = "filler";
  private static final long MIB = 1024 * 1024;
  private static final Pattern DIRECTORY =
      Pattern.compile(PREFIX + "(" + HarnessMark.FORM + ")-[0-9]+");

  /** How long a tree may be written to while it is removed. */
  private static final Duration DELETE_WITHIN = Duration.ofMinutes(1);

  private static final Duration PAUSE = Duration.ofMillis(20);

  private final Path directory;
  private final Path list;
  private final List<Path> mounted = new ArrayList<>();

  /**
   * @param run the folder below which memory is mounted
   */
  Mounts(Path run) throws IOException {
    directory =
        Files.createTempDirectory(PREFIX + HarnessMark.ofThisProcess() + "-").toAbsolutePath();
    Files.writeString(directory.resolve("run"), run.toAbsolutePath().toString());
    list = directory.resolve("mounts");
    Files.createFile(list);
  }

  /** Makes and removes a disk and memory; answers what went wrong, if anything. */
  static Optional<String> attempt() {
    try {
      Path run = Files.createTempDirectory("pairstream-attempt-");
      try (Mounts mounts = new Mounts(run)) {
        mounts.disk("attempt", 16);
        mounts.memory(run.resolve("memory"), 1, false);
        return Optional.empty();
      } finally {
        delete(run);
      }
    } catch (IOException | RuntimeException | AssertionError e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  /** Unmounts and removes what this user's harnesses have left that run no longer. */
  static void sweep() throws IOException {
    Path base = Path.of(System.getProperty("java.io.tmpdir"));
    List<Path> found;
    try (Stream<Path> entries = Files.list(base)) {
      found = entries.filter(Mounts::isOfDead).toList();
    }
    for (Path left : found) {
      List<Path> roots = new ArrayList<>(List.of(left));
      lines(left.resolve("run")).forEach(run -> roots.add(Path.of(run)));
      for (String point : lines(left.resolve("mounts"))) {
        if (isBelow(roots, Path.of(point))) {
          unmountNow(Path.of(point));
        }
      }
      delete(left);
    }
  }

  private static boolean isOfDead(Path path) {
    Matcher name = DIRECTORY.matcher(path.getFileName().toString());
    return name.matches()
        && HarnessMark.parse(name.group(1)).filter(HarnessMark::isDead).isPresent()
        && isOurs(path);
  }

  /** Anybody may write where temporary files are. */
  private static boolean isOurs(Path path) {
    try {
      return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)
          && Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS)
              .equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    } catch (IOException e) {
      return false;
    }
  }

  /** Whether the point, which links may lead to, really is below one of the roots. */
  private static boolean isBelow(List<Path> roots, Path point) {
    try {
      Path real = point.toRealPath();
      for (Path root : roots) {
        if (Files.exists(root)
            && real.startsWith(root.toRealPath())
            && !real.equals(root.toRealPath())) {
          return true;
        }
      }
      return false;
    } catch (IOException e) {
      return false;
    }
  }

  private static List<String> lines(Path file) throws IOException {
    try {
      return Files.readAllLines(file);
    } catch (NoSuchFileException e) {
      return List.of();
    }
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
    // Before the attempt: one that is broken off may have mounted it.
    mounted.add(point);
    SystemCommand.run(command.toArray(String[]::new));
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
    List<Runnable> steps = new ArrayList<>();
    List.copyOf(mounted).forEach(point -> steps.add(() -> unmount(point)));
    steps.add(() -> delete(directory));
    CleanUp.take(steps);
  }

  private static void unmountNow(Path point) {
    if (SystemCommand.attempt("umount", point.toString()).isPresent()) {
      SystemCommand.attempt("umount", "--lazy", point.toString());
    }
  }

  /** Removes a tree, as far as it is there, while others may still write to it and remove of it. */
  static void delete(Path root) {
    long deadline = System.nanoTime() + DELETE_WITHIN.toNanos();
    while (!isDeleted(root, deadline)) {
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }

  /** Removes what is there now; answers whether nothing has come in the meantime. */
  private static boolean isDeleted(Path root, long deadline) {
    try {
      Files.walkFileTree(root, new Deleting());
      return true;
    } catch (DirectoryNotEmptyException e) {
      if (System.nanoTime() > deadline) {
        throw new UncheckedIOException("cannot remove " + root, e);
      }
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove " + root, e);
    }
  }

  /** Deletes what it meets; what has vanished by then is deleted. */
  private static final class Deleting extends SimpleFileVisitor<Path> {

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.deleteIfExists(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException problem) throws IOException {
      return goOnWhereVanished(problem);
    }

    @Override
    public FileVisitResult postVisitDirectory(Path folder, IOException problem) throws IOException {
      if (problem != null) {
        return goOnWhereVanished(problem);
      }
      Files.deleteIfExists(folder);
      return FileVisitResult.CONTINUE;
    }

    private static FileVisitResult goOnWhereVanished(IOException problem) throws IOException {
      if (problem instanceof NoSuchFileException) {
        return FileVisitResult.CONTINUE;
      }
      throw problem;
    }
  }
}

package io.pairstream.storage;

import io.pairstream.storage.ObjectStore.ObjectInfo;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Files that stand for objects of buckets, for code that reads files. They have the objects' sizes
 * and times. A file that is read as a whole has the object's bytes only while it is held; otherwise
 * it is a hole, which takes no room on the disk. For one thread.
 */
public final class LocalObjects implements AutoCloseable {

  /** Files that stand for no objects. */
  public static final LocalObjects NONE =
      new LocalObjects(Path.of(""), false, file -> false, text -> {});

  private static final String SCHEME = "s3://";
  private static final int THREADS = 16;

  private final Path folder;
  private final boolean isForNow;
  private final Predicate<Path> isHeld;
  private final Consumer<String> notice;
  private final List<ObjectStore> stores = new ArrayList<>();
  private final Map<Path, Remote> held = new HashMap<>();

  private record Remote(ObjectStore store, ObjectInfo object) {}

  /**
   * @param folder made with the first object
   * @param isForNow whether all files go when this is closed
   * @param isHeld whether a file is read as a whole, and after {@link #hold} alone
   * @param notice hears what is fetched and what is left out
   */
  public LocalObjects(
      Path folder, boolean isForNow, Predicate<Path> isHeld, Consumer<String> notice) {
    this.folder = folder.toAbsolutePath().normalize();
    this.isForNow = isForNow;
    this.isHeld = isHeld;
    this.notice = notice;
  }

  /** Whether a path is the address of objects. */
  public static boolean isUrl(String path) {
    return path.startsWith(SCHEME);
  }

  /**
   * Lays the objects at an address into the folder; those that lie there already stay.
   *
   * @param url of one object, or of all whose keys have it as their folder
   * @return the file, or the folder of the files
   * @throws NoSuchObjectException where there is none
   * @throws IOException where they cannot be fetched, or have no room
   */
  public Path copy(String url) throws IOException {
    String address = url.replaceFirst("/+$", "");
    int slash = address.lastIndexOf('/');
    boolean isBucket = slash < SCHEME.length();
    String name = isBucket ? "" : address.substring(slash + 1);
    ObjectStore store = ObjectStore.open(isBucket ? address : address.substring(0, slash));
    stores.add(store);
    Optional<ObjectInfo> one = isBucket || url.endsWith("/") ? Optional.empty() : store.find(name);
    List<ObjectInfo> objects =
        one.isPresent() ? List.of(one.get()) : store.list(isBucket ? "" : name + "/");
    if (objects.isEmpty()) {
      throw new NoSuchObjectException(url);
    }
    Path root = folder.resolve(store.url().substring(SCHEME.length()));
    lay(store, objects, root, one.isPresent());
    return root.resolve(name);
  }

  private void lay(ObjectStore store, List<ObjectInfo> objects, Path root, boolean isOne)
      throws IOException {
    Map<Path, Remote> missing = new HashMap<>();
    List<String> left = new ArrayList<>();
    long bytes = 0;
    long largest = 0;
    for (ObjectInfo object : objects) {
      Optional<Path> place = place(root, object.key());
      if (place.isEmpty()) {
        left.add(object.key());
      } else if (isOne || isHeld.test(place.get())) {
        clear(place.get(), object);
        held.put(place.get(), new Remote(store, object));
        largest = Math.max(largest, object.bytes());
      } else if (!isThere(place.get(), object)) {
        missing.put(place.get(), new Remote(store, object));
        bytes += object.bytes();
      }
    }
    if (!left.isEmpty()) {
      notice.accept(
          "%s: %,d objects are not read, whose keys are no names of files here, such as '%s'"
              .formatted(store.url(), left.size(), left.get(0).replaceAll("\\p{Cntrl}", "?")));
    }
    requireRoom(bytes + largest);
    if (!missing.isEmpty()) {
      notice.accept(
          "%s: fetching %,d objects, %,d MB, to %s"
              .formatted(store.url(), missing.size(), bytes / 1_000_000 + 1, folder));
      fetchAll(missing);
    }
  }

  private static Optional<Path> place(Path root, String key) {
    try {
      return ObjectKeys.isKey(key) ? Optional.of(root.resolve(key)) : Optional.empty();
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  private static boolean isThere(Path file, ObjectInfo object) throws IOException {
    return Files.isRegularFile(file)
        && Files.size(file) == object.bytes()
        && Files.getLastModifiedTime(file).toInstant().equals(object.modified());
  }

  private void requireRoom(long bytes) throws IOException {
    Files.createDirectories(folder);
    long free = Files.getFileStore(folder).getUsableSpace();
    if (bytes > free) {
      throw new IOException(
          "%s has room for %,d MB, and %,d MB are needed"
              .formatted(folder, free / 1_000_000, bytes / 1_000_000 + 1));
    }
  }

  private static void fetchAll(Map<Path, Remote> missing) throws IOException {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<Void>> all = new ArrayList<>();
      missing.forEach(
          (file, remote) ->
              all.add(
                  threads.submit(
                      () -> {
                        fetch(file, remote);
                        return null;
                      })));
      for (Future<Void> one : all) {
        one.get();
      }
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException problem ? problem : new IOException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while objects are fetched");
    } finally {
      threads.shutdownNow();
    }
  }

  private static void fetch(Path file, Remote remote) throws IOException {
    ObjectInfo object = remote.object();
    Files.createDirectories(file.getParent());
    Path part = file.resolveSibling("." + file.getFileName() + ".part");
    try (InputStream input = remote.store().stream(object.key())) {
      long bytes = Files.copy(input, part, StandardCopyOption.REPLACE_EXISTING);
      if (bytes != object.bytes()) {
        throw new IOException(
            "%s/%s has changed since it was listed; try again"
                .formatted(remote.store().url(), object.key()));
      }
    }
    Files.setLastModifiedTime(part, FileTime.from(object.modified()));
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static void clear(Path file, ObjectInfo object) throws IOException {
    Files.createDirectories(file.getParent());
    try (RandomAccessFile hole = new RandomAccessFile(file.toFile(), "rw")) {
      hole.setLength(0);
      hole.setLength(object.bytes());
    }
    Files.setLastModifiedTime(file, FileTime.from(object.modified()));
  }

  /**
   * Fetches a file that is to be read as a whole; any other is as it is.
   *
   * @return gives the file's bytes up when it is closed
   * @throws IOException where it cannot be fetched
   */
  public Closeable hold(Path file) throws IOException {
    Remote remote = held.get(file);
    if (remote == null) {
      return () -> {};
    }
    fetch(file, remote);
    return () -> clear(file, remote.object());
  }

  /** Address of the object that a file stands for; the file's path where it stands for none. */
  public String address(Path file) {
    return !stores.isEmpty() && file.startsWith(folder)
        ? SCHEME + folder.relativize(file)
        : file.toString();
  }

  /** Removes all files, and the folder. */
  public void delete() throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  @Override
  public void close() throws IOException {
    stores.forEach(ObjectStore::close);
    if (isForNow) {
      delete();
    }
  }
}

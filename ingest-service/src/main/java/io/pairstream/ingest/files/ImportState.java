package io.pairstream.ingest.files;

import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.Sha256;
import io.pairstream.schemas.wire.RootCause;
import io.pairstream.storage.LocalObjects;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * How far an import has come, in a file that it can be resumed from.
 *
 * <p>For each source it names the last entry that, with all before it, is acknowledged. It is
 * written behind the acknowledgements: after a {@code kill -9} nothing is missing, and what was in
 * flight is published once more, as copies. For one thread.
 */
public final class ImportState implements AutoCloseable {

  private static final String START = "{\"options\":";

  private final Journal<Progress> journal;
  private final String options;
  private final Map<String, Progress> sources = new HashMap<>();

  /** State not yet written; null where all is. */
  private Progress unwritten;

  /**
   * A line of the file; the last one of a source and of options holds.
   *
   * @param options what the import is made with, in words
   * @param entry the last one that is done with
   */
  record Progress(String options, String source, String fingerprint, long entry, boolean whole) {}

  /**
   * The state in a file, which need not exist.
   *
   * @param options what the import is made with, in words
   * @param fromStart whether to forget what is in the file
   * @throws UnusableSourceException where the file is no state, or that of an import with other
   *     options
   * @throws java.io.UncheckedIOException where another import has it, or it cannot be written
   */
  public ImportState(Path file, String options, boolean fromStart) {
    this.options = options;
    this.journal = new Journal<>(file, Progress.class);
    if (fromStart) {
      journal.clear(false);
    }
    journal.lines().stream()
        .filter(line -> line.options().equals(options))
        .forEach(line -> sources.put(line.source(), line));
    if (sources.isEmpty() && !journal.lines().isEmpty()) {
      journal.close();
      throw new UnusableSourceException(
          "%s is of an import with other options; give the same ones, name another file with --resume, or begin anew with --from-start"
              .formatted(file));
    }
  }

  /**
   * The file that keeps the state of an import where none is named: the same options and paths
   * always give the same one.
   */
  public static Path usualFile(Path dataDirectory, String options, List<String> paths) {
    Path here = Path.of("").toAbsolutePath();
    String what = options + "\n" + paths.stream().map(here::resolve).toList();
    String key = PairIdentity.imageDigest(ByteBuffer.wrap(what.getBytes(StandardCharsets.UTF_8)));
    return dataDirectory.resolve("imports").resolve(key.substring(0, 16) + ".jsonl");
  }

  /** Whether a file is a state, maybe one that nothing is noted in yet, or none, not a list. */
  static boolean isIn(Path file) {
    if (!Files.isRegularFile(file)) {
      return true; // it is not opened: a pipe would be waited for
    }
    try (InputStream input = Files.newInputStream(file)) {
      String start = new String(input.readNBytes(START.length()), StandardCharsets.UTF_8);
      return start.isEmpty() || start.equals(START);
    } catch (IOException e) {
      return false;
    }
  }

  /** Whether a source was begun, and has changed since. */
  boolean hasChanged(Source source) {
    return sources.containsKey(source.path().toString()) && find(source).isEmpty();
  }

  /** Whether anything is done. */
  public boolean isBegun() {
    return !sources.isEmpty();
  }

  /** Notes that a source is done with up to an entry. */
  void done(Source source, long entry, boolean whole) {
    String path = source.path().toString();
    unwritten = new Progress(options, path, source.fingerprint(), entry, whole);
    sources.put(path, unwritten);
  }

  /** Writes what has changed. */
  void write() {
    if (unwritten != null) {
      journal.add(unwritten);
      unwritten = null;
    }
  }

  /** Forgets everything, the file included. */
  public void forget() {
    sources.clear();
    unwritten = null;
    journal.clear(true);
  }

  @Override
  public void close() {
    journal.close();
  }

  /** How far a source is; empty where it was not begun, or has changed since. */
  Optional<Progress> find(Source source) {
    return Optional.ofNullable(sources.get(source.path().toString()))
        .filter(progress -> progress.fingerprint().equals(source.fingerprint()));
  }

  /**
   * A file or folder to import.
   *
   * @param path absolute
   * @param fingerprint changes when the source does: over the names, sizes and times of its files
   * @param sizeBytes what reading it costs, for estimates; at least 1
   * @param objects fetch it, where it is in a bucket
   */
  public record Source(Path path, String fingerprint, long sizeBytes, LocalObjects objects) {

    /** Name of the file or folder, for messages. */
    String name() {
      return String.valueOf(path.getFileName());
    }

    /** Path, or address in a bucket. */
    String address() {
      return objects.address(path);
    }

    /**
     * Makes it a file that can be read, until that is closed.
     *
     * @throws UnusableSourceException where it cannot be fetched
     */
    Closeable hold() {
      try {
        return objects.hold(path);
      } catch (IOException e) {
        throw new UnusableSourceException(e.getMessage());
      }
    }

    /**
     * Objects of buckets as files in a folder, which stays; shards lie there only while they are
     * read.
     */
    public static LocalObjects objects(Path folder, Consumer<String> notice) {
      return new LocalObjects(folder, false, FolderContents::isShard, notice);
    }

    /** Objects of buckets as files, until these are closed. */
    public static LocalObjects objectsForNow(Consumer<String> notice) {
      String name = "pairstream-" + ProcessHandle.current().pid() + ".objects";
      Path folder = Path.of(System.getProperty("java.io.tmpdir"), name);
      return new LocalObjects(folder, true, FolderContents::isShard, notice);
    }

    /**
     * Sources of the paths. A folder stands for its shards or its lists, sorted by name, unless it
     * is read as one. Duplicates are dropped.
     *
     * @param paths of files and folders, or addresses in buckets ({@code s3://bucket/prefix})
     * @param followLinks whether a shard or a list may be a link that leads out of its folder
     * @param objects hold those that are in buckets
     * @param notice receives a sentence about files that are not read, for their owner
     * @throws UnusableSourceException where one leads nowhere, or may not be followed
     */
    public static List<Source> of(
        List<String> paths, boolean followLinks, LocalObjects objects, Consumer<String> notice) {
      Set<Path> found = new LinkedHashSet<>();
      List<Source> sources = new ArrayList<>();
      try {
        for (String name : paths) {
          Path path =
              LocalObjects.isUrl(name)
                  ? objects.copy(name)
                  : Path.of(name).toAbsolutePath().normalize();
          if (!Files.exists(path)) {
            throw new UnusableSourceException(name + " does not exist");
          }
          found.addAll(
              Files.isDirectory(path)
                  ? FolderContents.sources(path, followLinks, notice)
                  : List.of(path));
        }
        for (Path path : FolderContents.withoutTables(found, notice)) {
          sources.add(of(path, objects));
        }
        return List.copyOf(sources);
      } catch (InvalidPathException e) {
        throw new UnusableSourceException("'" + e.getInput() + "' is no path");
      } catch (IllegalArgumentException e) {
        throw new UnusableSourceException(e.getMessage());
      } catch (IOException | UncheckedIOException e) {
        throw new UnusableSourceException("what to import cannot be read: " + RootCause.message(e));
      }
    }

    private static Source of(Path path, LocalObjects objects) throws IOException {
      MessageDigest digest = Sha256.begin();
      long size = 0;
      Stream<Path> files = Files.isDirectory(path) ? ImageFiles.below(path) : Stream.of(path);
      for (Path file : (Iterable<Path>) files::iterator) {
        boolean isThere = Files.exists(file); // else a link that leads nowhere
        long bytes = isThere ? Files.size(file) : 0;
        size += bytes;
        Object time = isThere ? Files.getLastModifiedTime(file) : "none";
        String entry = path.relativize(file) + "\0" + bytes + "\0" + time + "\n";
        digest.update(entry.getBytes(StandardCharsets.UTF_8));
      }
      String fingerprint = HexFormat.of().formatHex(digest.digest(), 0, 16);
      return new Source(path, fingerprint, Math.max(1, size), objects);
    }
  }
}

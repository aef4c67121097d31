package io.pairstream.ingest.files;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How far an import has come, in a file that it can be resumed from.
 *
 * <p>For each source it names the last entry that, with all before it, is acknowledged. It is
 * written behind the acknowledgements, by replacing the whole file: after a {@code kill -9} nothing
 * is missing, and what was in flight is published once more, as copies.
 *
 * <p>One import at a time has the file: two would each write over what the other has noted. A file
 * beside it, which stays, is locked by the operating system, which frees it however the process
 * ends. For one thread.
 */
public final class ImportState implements AutoCloseable {

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();
  private static final int VERSION = 1;

  private final Optional<Path> file;
  private final Optional<FileChannel> lock;
  private final String options;
  private final Map<String, Progress> sources = new LinkedHashMap<>();
  private boolean changed;

  private record Progress(String fingerprint, long acknowledgedEntry, boolean whole) {}

  /** The file. */
  private record Saved(int pairstreamImport, String options, Map<String, Progress> sources) {}

  private ImportState(Optional<Path> file, String options) {
    this.file = file;
    this.options = options;
    this.lock = file.map(ImportState::lock);
  }

  /** A state that nobody keeps. */
  public static ImportState none() {
    return new ImportState(Optional.empty(), "");
  }

  /**
   * The state in a file, which need not exist.
   *
   * @param options what the import is made with, in words; a state of other options is none of this
   *     import's
   * @param fromStart whether to forget what is in the file
   * @throws UnusableSourceException where the file is no state, or another import's
   * @throws UncheckedIOException where another import has it, or it cannot be written
   */
  public static ImportState in(Path file, String options, boolean fromStart) {
    ImportState state = new ImportState(Optional.of(file.toAbsolutePath()), options);
    try {
      if (fromStart) {
        state.forget();
      } else if (Files.exists(file)) {
        state.read(file);
      }
      return state;
    } catch (RuntimeException e) {
      state.close();
      throw e;
    }
  }

  private static FileChannel lock(Path file) {
    try {
      Files.createDirectories(file.getParent());
      FileChannel channel =
          FileChannel.open(
              file.resolveSibling(file.getFileName() + ".lock"),
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE);
      if (!isLocked(channel)) {
        channel.close();
        throw new FileSystemException(
            "another import of the same is under way, and notes how far it is in %s; wait for it, or name another file: --resume FILE"
                .formatted(file));
      }
      return channel;
    } catch (FileSystemException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    } catch (IOException e) {
      throw unwritable(file, e);
    }
  }

  private static boolean isLocked(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false; // held in this very process
    }
  }

  private static UncheckedIOException unwritable(Path file, IOException e) {
    return new UncheckedIOException(
        "how far the import has come cannot be written to " + file + ": " + e, e);
  }

  /** The last entry of a source that is done with; 0 where none is. */
  long entry(ImportSource source) {
    return find(source).map(Progress::acknowledgedEntry).orElse(0L);
  }

  /** Whether a source was imported to its end. */
  boolean isWhole(ImportSource source) {
    return find(source).map(Progress::whole).orElse(false);
  }

  /** Whether a source was begun, and has changed since. */
  boolean hasChanged(ImportSource source) {
    return sources.containsKey(source.path().toString()) && find(source).isEmpty();
  }

  /** Whether anything is done. */
  public boolean isBegun() {
    return !sources.isEmpty();
  }

  /** Notes that a source is done with up to an entry. */
  void done(ImportSource source, long entry) {
    put(source, new Progress(source.fingerprint(), entry, false));
  }

  /** Notes that a source is done with to its end. */
  void whole(ImportSource source) {
    put(source, new Progress(source.fingerprint(), entry(source), true));
  }

  /** Writes the file where anything has changed. */
  void write() {
    if (!changed || file.isEmpty()) {
      return;
    }
    Path target = file.get();
    Path next = target.resolveSibling(target.getFileName() + ".new");
    try {
      Files.write(next, JSON.writeValueAsBytes(new Saved(VERSION, options, sources)));
      try (FileChannel channel = FileChannel.open(next, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
      Files.move(next, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      changed = false;
    } catch (IOException e) {
      throw unwritable(target, e);
    }
  }

  /** Forgets everything, the file included. */
  public void forget() {
    sources.clear();
    changed = false;
    try {
      if (file.isPresent()) {
        Files.deleteIfExists(file.get());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(file.get() + " cannot be removed: " + e, e);
    }
  }

  @Override
  public void close() {
    try {
      if (lock.isPresent()) {
        lock.get().close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("a lock cannot be given up: " + e, e);
    }
  }

  private Optional<Progress> find(ImportSource source) {
    return Optional.ofNullable(sources.get(source.path().toString()))
        .filter(progress -> progress.fingerprint().equals(source.fingerprint()));
  }

  private void put(ImportSource source, Progress progress) {
    sources.put(source.path().toString(), progress);
    changed = true;
  }

  private void read(Path path) {
    try {
      Saved saved = JSON.readValue(path.toFile(), Saved.class);
      if (saved.pairstreamImport() != VERSION || saved.sources() == null) {
        throw new UnusableSourceException(
            path + " does not tell how far an import has come; name another file: --resume");
      }
      if (!options.equals(saved.options())) {
        throw new UnusableSourceException(
            "%s is of an import with other options (%s); name another file with --resume, or begin anew with --from-start"
                .formatted(path, saved.options()));
      }
      sources.putAll(saved.sources());
    } catch (IOException e) {
      throw new UnusableSourceException(
          path + " does not tell how far an import has come: it cannot be read as JSON");
    }
  }
}

package io.pairstream.ingest.files;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How far an import has come, in a file that it can be resumed from.
 *
 * <p>For each source it names the last entry that, with all before it, is acknowledged. It is
 * written behind the acknowledgements: after a {@code kill -9} nothing is missing, and what was in
 * flight is published once more, as copies. For one thread.
 */
public final class ImportState implements AutoCloseable {

  private final Journal<Progress> journal;
  private final String options;
  private final Map<String, Progress> sources = new HashMap<>();

  /** What is not written yet; null where all is. */
  private Progress unwritten;

  /**
   * A line of the file; the last one of a source and of options holds.
   *
   * @param options what the import is made with, in words
   * @param entry the last one that is done with
   */
  private record Progress(
      String options, String source, String fingerprint, long entry, boolean whole) {}

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
          file
              + " is of an import with other options; give the same ones, name another file with"
              + " --resume, or begin anew with --from-start");
    }
  }

  /** The last entry of a source that is done with; 0 where none is. */
  long entry(ImportSource source) {
    return find(source).map(Progress::entry).orElse(0L);
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
  void done(ImportSource source, long entry, boolean whole) {
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

  private Optional<Progress> find(ImportSource source) {
    return Optional.ofNullable(sources.get(source.path().toString()))
        .filter(progress -> progress.fingerprint().equals(source.fingerprint()));
  }
}

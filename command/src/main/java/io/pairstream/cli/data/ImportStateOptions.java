package io.pairstream.cli.data;

import io.pairstream.ingest.files.ImportState;
import io.pairstream.schemas.wire.RootCause;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import picocli.CommandLine.Option;

/** Options that say what an import keeps on disk: how far it has come, and what gave no pair. */
final class ImportStateOptions {

  @Option(names = "--resume", paramLabel = "FILE")
  private Path resume;

  @Option(names = "--from-start")
  private boolean fromStart;

  @Option(names = "--failed", paramLabel = "FILE")
  private Path failed;

  boolean fromStart() {
    return fromStart;
  }

  /** Whether the state's file was not named, so that the same command finds it. */
  boolean isUsual() {
    return resume == null;
  }

  /** The file of an import's state. */
  Path file(Path dataDirectory, String options, List<String> paths) {
    return isUsual() ? ImportState.usualFile(dataDirectory, options, paths) : resume;
  }

  /**
   * Where failures are written; a resumed import writes behind what is there.
   *
   * @throws IllegalArgumentException where the file cannot be written
   */
  Writer failures(ImportState state) {
    try {
      return failed == null
          ? Writer.nullWriter()
          : Files.newBufferedWriter(
              failed,
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE,
              state.isBegun() ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "--failed: " + failed + " cannot be written: " + RootCause.message(e), e);
    }
  }
}

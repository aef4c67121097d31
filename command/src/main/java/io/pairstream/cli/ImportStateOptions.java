package io.pairstream.cli;

import io.pairstream.ingest.files.ImportState;
import io.pairstream.schemas.PairIdentity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Where it is kept how far an import has come. */
final class ImportStateOptions {

  @Option(names = "--resume", paramLabel = "FILE")
  private Path resume;

  @Option(names = "--from-start")
  private boolean fromStart;

  /** Whether it is kept when the import is complete. */
  boolean isKept() {
    return resume != null;
  }

  /** The usual one is named after what is imported, and how, so that the same command finds it. */
  Path file(ClusterOptions cluster, List<String> paths, String inWords) {
    if (resume != null) {
      return resume;
    }
    List<String> absolute =
        paths.stream().map(path -> Path.of("").toAbsolutePath().resolve(path).toString()).toList();
    String key =
        PairIdentity.imageDigest(
            ByteBuffer.wrap((inWords + "\n" + absolute).getBytes(StandardCharsets.UTF_8)));
    return cluster.dataDirectory().resolve("imports").resolve(key.substring(0, 16) + ".json");
  }

  ImportState state(Optional<Path> file, String inWords) {
    if (file.isEmpty()) {
      return ImportState.none();
    }
    if (fromStart) {
      try {
        Files.deleteIfExists(file.get());
      } catch (IOException e) {
        throw new UncheckedIOException(file.get() + " cannot be removed: " + e, e);
      }
    }
    return ImportState.in(file.get(), inWords);
  }
}

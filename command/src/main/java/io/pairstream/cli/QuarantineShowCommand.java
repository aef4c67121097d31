package io.pairstream.cli;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.quarantine.OriginalImage;
import io.pairstream.operations.quarantine.Quarantine;
import io.pairstream.operations.quarantine.QuarantineEntry;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.wire.OriginHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pairstream quarantine show}: one entry, and its original in a file. */
@Command(name = "show")
final class QuarantineShowCommand extends ClusterCommand {

  @Parameters(paramLabel = "KEY")
  private String key;

  @Option(names = "--output", paramLabel = "FILE")
  private Path output;

  @Option(names = "--force")
  private boolean force;

  /** An entry, and where its original is now. */
  private record Shown(@JsonUnwrapped QuarantinedEntry entry, Path writtenTo) {}

  /** There is no such entry. */
  private record Missing(String key, String reason) {}

  @Override
  public Integer call() throws IOException {
    ClusterAccess cluster = access();
    Optional<QuarantineEntry> found = new Quarantine(cluster).show(key);
    if (found.isEmpty()) {
      answer(new Missing(key, null), () -> complain(key + " is not in quarantine"));
      return ExitStatus.FOUND_WRONG;
    }
    Optional<OriginalImage> original = OriginalImage.of(found.get(), cluster);
    Path file = original.isEmpty() ? null : write(original.get());
    QuarantinedEntry entry = QuarantinedEntry.of(found.get(), cluster);
    answer(
        new Shown(entry, file),
        () -> {
          print(entry, found.get().pair());
          print(
              file == null
                  ? "the original is not kept here"
                  : "%s in %s, never opened: it may be" + " hostile",
              original.filter(OriginalImage::isImage).isPresent()
                  ? "the original is"
                  : "the record's value is",
              file);
        });
    return ExitStatus.DONE;
  }

  private Path write(OriginalImage original) throws IOException {
    Path file = output == null ? Path.of(key + "." + original.extension()) : output;
    try {
      if (!holds(file, original.bytes())) {
        original.writeTo(file, force);
      }
      return file;
    } catch (FileAlreadyExistsException e) {
      throw new IOException(
          file + " is there already, with other content; --force overwrites it", e);
    }
  }

  private static boolean holds(Path file, ByteBuffer bytes) throws IOException {
    return Files.isRegularFile(file)
        && Files.size(file) == bytes.remaining()
        && ByteBuffer.wrap(Files.readAllBytes(file)).equals(bytes);
  }

  private void print(QuarantinedEntry entry, QuarantinedPair pair) {
    line("key", entry.key());
    line("reason", entry.reason());
    line("detail", entry.detail());
    line(
        "measured",
        entry.measured().isEmpty() ? "" : entry.measured() + ", limit " + entry.limit());
    line("step", entry.step());
    line("came as", OriginHeader.text(pair.getOrigin()));
    line("source", entry.sourceKind().toLowerCase(Locale.ROOT));
    line("contributor", entry.contributor());
    line("replay of", entry.replayOf().orElse(""));
    line("review", entry.reviewId().orElse(""));
    line(
        "waived",
        QuarantinedEntry.replay(pair).map(replay -> String.join(", ", replay.waived())).orElse(""));
    line("url", entry.url().orElse(""));
    line("caption", entry.caption().orElse(""));
    line("image digest", entry.imageDigest());
    line("recipe", entry.recipeVersion());
    line("quarantined", entry.quarantinedAt().toString());
    line("value", entry.valueBytes() + " bytes");
  }

  private void line(String name, String value) {
    if (!value.isEmpty()) {
      print("%-14s %s", name, value);
    }
  }
}

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
  private record Shown(@JsonUnwrapped QuarantineCommand.Read entry, Path writtenTo) {}

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
    QuarantineCommand.Read entry = QuarantineCommand.Read.of(found.get(), cluster);
    answer(
        new Shown(entry, file),
        () -> {
          print(entry);
          print(
              file == null
                  ? "the original is not kept here"
                  : "%s in %s, never opened: it may be hostile",
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

  private void print(QuarantineCommand.Read read) {
    QuarantinedPair pair = read.entry().pair();
    field("key", read.entry().key());
    field("reason", pair.getReason());
    field("detail", pair.getDetail());
    field("measured", pair.getMeasured());
    field("limit", pair.getLimit());
    field("step", pair.getStep());
    field("came as", OriginHeader.text(pair.getOrigin()));
    field("source", read.source());
    field("contributor", read.contributor());
    read.replay()
        .ifPresent(
            replay -> {
              field("replay of", OriginHeader.text(replay.of()));
              field("review", replay.reviewId());
              field("waived", String.join(", ", replay.waived()));
            });
    read.link()
        .ifPresent(
            link -> {
              field("url", link.getUrl());
              field("caption", link.getCaption());
            });
    field("image digest", pair.getImageDigest());
    field("recipe", pair.getRecipeVersion());
    field("quarantined", pair.getQuarantinedAt());
    field("value", read.entry().valueBytes() + " bytes");
  }
}

package io.pairstream.cli.review;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.pairstream.cli.command.ClusterCommand;
import io.pairstream.curation.review.Quarantine;
import io.pairstream.curation.review.QuarantineEntry;
import io.pairstream.service.cluster.ClusterAccess;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.apache.kafka.common.utils.Utils;
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

  private record Shown(@JsonUnwrapped QuarantinePrinter.Read entry, Path writtenTo) {}

  @Override
  public Integer call() throws IOException {
    ClusterAccess cluster = access();
    Optional<QuarantineEntry> found = new Quarantine(cluster).show(key);
    if (found.isEmpty()) {
      return unknown(key + " is not in quarantine; a key is whole, as quarantine ls prints it");
    }
    QuarantinePrinter.Read entry = QuarantinePrinter.Read.of(found.get(), cluster);
    ByteBuffer original = entry.image();
    Path file = original == null ? null : write(original);
    return answer(
        new Shown(entry, file),
        () -> {
          new QuarantinePrinter(out()).print(entry);
          if (file == null) {
            print("the original is not kept here");
          } else {
            String what = entry.original().isPresent() ? "the original" : "the record's value";
            print("%s is in %s, never opened: it may be hostile", what, file);
          }
        });
  }

  private Path write(ByteBuffer original) throws IOException {
    Path file = output == null ? Path.of(key + ".original") : output;
    boolean isThere = Files.exists(file);
    if (isThere
        && Files.isRegularFile(file)
        && Files.size(file) == original.remaining()
        && ByteBuffer.wrap(Files.readAllBytes(file)).equals(original)) {
      return file;
    } else if (isThere) {
      throw new IOException(file + " is there already, with other content; --output names another");
    }
    Files.write(file, Utils.toArray(original), StandardOpenOption.CREATE_NEW);
    return file;
  }
}

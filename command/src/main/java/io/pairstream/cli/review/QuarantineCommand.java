package io.pairstream.cli.review;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.pairstream.cleaning.Measured;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cli.command.ClusterCommand;
import io.pairstream.cli.command.ExitStatus;
import io.pairstream.cli.command.PairstreamCommand;
import io.pairstream.curation.review.Quarantine;
import io.pairstream.curation.review.QuarantineEntry;
import io.pairstream.schemas.PairLink;
import io.pairstream.schemas.PairMetadata;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.rejection.Measurements;
import io.pairstream.terminal.Table;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.kafka.common.utils.Utils;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pairstream quarantine}: what was rejected. */
@Command(
    name = "quarantine",
    subcommands = {
      QuarantineCommand.Ls.class,
      QuarantineCommand.Show.class,
      QuarantineReplayCommand.class
    })
public final class QuarantineCommand {

  /** One of the reasons that there are, in either case; empty where none is asked for. */
  static Optional<String> checkedReason(String reason, PairstreamCommand command) {
    if (reason == null) {
      return Optional.empty();
    }
    String name = reason.toUpperCase(Locale.ROOT);
    List<String> all = Arrays.stream(RejectReason.values()).map(Enum::name).toList();
    List<String> near = all.stream().filter(known -> known.contains(name)).toList();
    command.require(
        all.contains(name),
        "there is no reason %s; there are %s"
            .formatted(reason, String.join(", ", near.isEmpty() ? all : near)));
    return Optional.of(name);
  }

  /** {@code pairstream quarantine ls}: the newest entries, the last one last. */
  @Command(name = "ls")
  static final class Ls extends ClusterCommand {

    @Option(names = "--reason", paramLabel = "REASON")
    private String reason;

    @Option(names = "--limit", paramLabel = "N", defaultValue = "50")
    private int limit;

    @Override
    public Integer call() {
      requireAtLeast(1, "--limit", limit);
      Optional<String> wanted = checkedReason(reason, this);
      ClusterAccess cluster = access();
      List<QuarantineEntry> found = new Quarantine(cluster).newest(wanted.orElse(null), limit);
      Table table = new Table();
      for (QuarantineEntry entry : found) {
        ReadEntry read = ReadEntry.of(entry, cluster);
        answer(read, () -> add(read, table));
      }
      print(table);
      if (!json() && found.isEmpty()) {
        print("nothing is in quarantine%s", wanted.map(known -> " for " + known).orElse(""));
      } else if (!json() && found.size() == limit) {
        print("the newest %d; --limit N shows up to N", limit);
      }
      return ExitStatus.DONE;
    }

    private static void add(ReadEntry read, Table table) {
      QuarantinedPair pair = read.entry().pair();
      table.row(
          read.entry().key(),
          read.entry().arrivedAt().truncatedTo(ChronoUnit.SECONDS),
          read.source(),
          pair.getReason(),
          read.contributor(),
          pair.getProducer(),
          pair.getDetail()
              + read.link().map(link -> ": " + link.getMetadata().getUrl()).orElse(""));
    }
  }

  /** {@code pairstream quarantine show}: one entry, and its original in a file. */
  @Command(name = "show")
  static final class Show extends ClusterCommand {

    @Parameters(paramLabel = "KEY")
    private String key;

    @Option(names = "--output", paramLabel = "FILE")
    private Path output;

    private record Shown(@JsonUnwrapped ReadEntry entry, Path writtenTo) {}

    @Override
    public Integer call() throws IOException {
      ClusterAccess cluster = access();
      Optional<QuarantineEntry> found = new Quarantine(cluster).show(key);
      if (found.isEmpty()) {
        return unknown(key + " is not in quarantine; a key is whole, as quarantine ls prints it");
      }
      ReadEntry entry = ReadEntry.of(found.get(), cluster);
      ByteBuffer original = entry.image();
      Path file = original == null ? null : write(original);
      return answer(
          new Shown(entry, file),
          () -> {
            print(entry);
            if (file == null) {
              print("the original is not kept here");
            } else {
              String what = entry.original().isPresent() ? "the original" : "the record's value";
              print("%s is in %s, never opened: it may be hostile", what, file);
            }
          });
    }

    private void print(ReadEntry read) {
      QuarantinedPair pair = read.entry().pair();
      field("key", read.entry().key());
      field("reason", pair.getReason());
      field("detail", pair.getDetail());
      Measured measured = Measurements.read(pair.getMeasured());
      field("measured", measured.inWords());
      field("limit", measured.limitInWords());
      field("source", read.source());
      field("contributor", read.contributor());
      field("producer", pair.getProducer());
      read.link()
          .ifPresent(
              link -> {
                field("url", link.getMetadata().getUrl());
                field("caption", link.getCaption());
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
        throw new IOException(
            file + " is there already, with other content; --output names another");
      }
      Files.write(file, Utils.toArray(original), StandardOpenOption.CREATE_NEW);
      return file;
    }
  }

  /**
   * An entry, and what its original says; of bytes that cannot be read there is neither pair nor
   * link.
   */
  private record ReadEntry(
      @JsonUnwrapped QuarantineEntry entry, Optional<RawPair> original, Optional<PairLink> link) {

    static ReadEntry of(QuarantineEntry entry, ClusterAccess cluster) {
      Quarantine quarantine = new Quarantine(cluster);
      return new ReadEntry(entry, quarantine.raw(entry.pair()), quarantine.link(entry.pair()));
    }

    /** The image file as it came; the whole value of a record that is no pair; null of neither. */
    ByteBuffer image() {
      return original.map(RawPair::getImage).orElse(entry.pair().getValue());
    }

    String source() {
      return metadata().map(PairMetadata::getSourceKind).orElse("").toLowerCase(Locale.ROOT);
    }

    String contributor() {
      return metadata().map(PairMetadata::getContributor).orElse("");
    }

    private Optional<PairMetadata> metadata() {
      return original
          .or(() -> Optional.ofNullable(entry.pair().getSent()))
          .map(RawPair::getMetadata)
          .or(() -> link.map(PairLink::getMetadata));
    }
  }
}

package io.pairstream.cli;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.quarantine.Original;
import io.pairstream.operations.quarantine.QuarantineEntry;
import io.pairstream.schemas.Header;
import io.pairstream.schemas.PairLink;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.wire.Replay;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.utils.Utils;
import picocli.CommandLine.Command;

/** {@code pairstream quarantine}: what was rejected. */
@Command(
    name = "quarantine",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      QuarantineLsCommand.class,
      QuarantineShowCommand.class,
      QuarantineReplayCommand.class
    })
final class QuarantineCommand {

  private QuarantineCommand() {}

  /**
   * An entry, and what its original says; of bytes that cannot be read there is neither pair nor
   * link.
   *
   * @param replay what its headers say, where it was in quarantine before
   */
  record Read(
      @JsonUnwrapped QuarantineEntry entry,
      Optional<RawPair> original,
      Optional<PairLink> link,
      Optional<Replay> replay) {

    static Read of(QuarantineEntry entry, ClusterAccess cluster) {
      RecordHeaders headers = new RecordHeaders();
      for (Header header : entry.pair().getHeaders()) {
        headers.add(
            header.getKey(),
            header.getValue() == null ? new byte[0] : Utils.toArray(header.getValue()));
      }
      return new Read(
          entry,
          Original.pair(entry.pair(), cluster),
          Original.link(entry.pair(), cluster),
          Replay.read(headers));
    }

    String source() {
      return original
          .map(RawPair::getSourceKind)
          .or(() -> link.map(PairLink::getSourceKind))
          .orElse("")
          .toLowerCase(Locale.ROOT);
    }

    String contributor() {
      return original
          .map(RawPair::getContributor)
          .or(() -> link.map(PairLink::getContributor))
          .orElse("");
    }
  }

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
        "there is no reason "
            + reason
            + "; there are "
            + String.join(", ", near.isEmpty() ? all : near));
    return Optional.of(name);
  }
}

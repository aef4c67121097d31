package io.pairstream.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.quarantine.OriginalImage;
import io.pairstream.operations.quarantine.OriginalLink;
import io.pairstream.operations.quarantine.OriginalPair;
import io.pairstream.operations.quarantine.Quarantine;
import io.pairstream.operations.quarantine.QuarantineEntry;
import io.pairstream.schemas.Header;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.schemas.wire.Replay;
import io.pairstream.terminal.TerminalText;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.kafka.common.header.internals.RecordHeaders;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code pairstream quarantine}: what was turned away. */
@Command(
    name = "quarantine",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      QuarantineCommand.Ls.class,
      QuarantineCommand.Show.class,
      QuarantineReplayCommand.class
    })
final class QuarantineCommand {

  /** {@code pairstream quarantine ls}: the newest entries, the last one last. */
  @Command(name = "ls")
  static final class Ls implements Callable<Integer> {

    @Mixin private ClusterOptions options;

    @Spec private CommandSpec spec;

    @Option(names = "--reason", paramLabel = "REASON")
    private String reason;

    @Option(names = "--limit", paramLabel = "N", defaultValue = "50")
    private int limit;

    @Override
    public Integer call() {
      if (limit < 1) {
        throw new ParameterException(
            spec.commandLine(), "--limit must be at least 1, was " + limit);
      }
      Optional<String> wanted = checkedReason(reason, spec);
      ClusterAccess cluster = new ClusterAccess(options.cluster());
      // One more tells whether there are more.
      List<QuarantineEntry> found =
          new Quarantine(cluster).newest(wanted, Math.min(limit, Integer.MAX_VALUE - 1) + 1);
      List<QuarantineEntry> entries =
          found.subList(Math.max(0, found.size() - limit), found.size());
      PrintWriter out = spec.commandLine().getOut();
      for (QuarantineEntry entry : entries) {
        if (options.json()) {
          out.println(json(entry, cluster));
        } else {
          Sender sender = Sender.of(entry, cluster);
          String url = OriginalLink.of(entry, cluster).map(link -> ": " + link.getUrl()).orElse("");
          out.printf(
              "%-34s %-20s %-12s %-30s %-20s %s%n",
              TerminalText.plain(entry.key()),
              entry.arrivedAt().truncatedTo(ChronoUnit.SECONDS),
              orDash(sender.kind().toLowerCase(Locale.ROOT)),
              TerminalText.plain(entry.pair().getReason()),
              orDash(sender.contributor()),
              TerminalText.plain(entry.pair().getDetail() + url));
        }
      }
      if (found.size() > limit && !options.json()) {
        out.printf("the newest %d; --limit N shows more%n", limit);
      }
      if (entries.isEmpty() && !options.json()) {
        out.println("nothing is in quarantine" + wanted.map(known -> " for " + known).orElse(""));
      }
      return ExitStatus.DONE;
    }
  }

  /** One of the reasons that there are, in either case; empty where none is asked for. */
  static Optional<String> checkedReason(String reason, CommandSpec spec) {
    if (reason == null) {
      return Optional.empty();
    }
    String name = reason.toUpperCase(Locale.ROOT);
    List<String> all = Arrays.stream(RejectReason.values()).map(Enum::name).toList();
    if (all.contains(name)) {
      return Optional.of(name);
    }
    List<String> near = all.stream().filter(known -> known.contains(name)).toList();
    throw new ParameterException(
        spec.commandLine(),
        "there is no reason "
            + TerminalText.plain(reason)
            + "; there are "
            + String.join(", ", near.isEmpty() ? all : near));
  }

  /** So that columns stay columns where nothing is known. */
  private static String orDash(String text) {
    return text.isEmpty() ? "-" : TerminalText.plain(text);
  }

  /** {@code pairstream quarantine show}: one entry, and its original in a file. */
  @Command(name = "show")
  static final class Show implements Callable<Integer> {

    @Mixin private ClusterOptions options;

    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "KEY")
    private String key;

    @Option(names = "--output", paramLabel = "FILE")
    private Path output;

    @Option(names = "--force")
    private boolean force;

    @Override
    public Integer call() throws IOException {
      ClusterAccess cluster = new ClusterAccess(options.cluster());
      Optional<QuarantineEntry> found = new Quarantine(cluster).show(key);
      PrintWriter out = spec.commandLine().getOut();
      PrintWriter err = spec.commandLine().getErr();
      if (found.isEmpty()) {
        if (options.json()) {
          out.println(new JsonMapper().createObjectNode().put("key", key).putNull("reason"));
        } else {
          err.println("pairstream: " + TerminalText.plain(key) + " is not in quarantine");
        }
        return ExitStatus.FOUND_WRONG;
      }
      QuarantineEntry entry = found.get();
      Optional<OriginalImage> original = OriginalImage.of(entry, cluster);
      Path file = null;
      if (original.isPresent()) {
        file = output == null ? Path.of(key + "." + original.get().extension()) : output;
        try {
          if (!holds(file, original.get().bytes())) {
            original.get().writeTo(file, force);
          }
        } catch (FileAlreadyExistsException e) {
          err.println(
              "pairstream: "
                  + TerminalText.plain(file.toString())
                  + " is there already, with other content; --force overwrites it");
          return ExitStatus.COULD_NOT;
        }
      }
      if (options.json()) {
        out.println(json(entry, cluster).put("written_to", file == null ? null : file.toString()));
      } else {
        print(entry, cluster, out);
        out.println(
            file == null
                ? "the original is not kept here"
                : (original.get().isImage() ? "the original is in " : "the record's value is in ")
                    + TerminalText.plain(file.toString())
                    + ", never opened: it may be hostile");
      }
      return ExitStatus.DONE;
    }

    private static boolean holds(Path file, ByteBuffer bytes) throws IOException {
      return Files.isRegularFile(file)
          && Files.size(file) == bytes.remaining()
          && ByteBuffer.wrap(Files.readAllBytes(file)).equals(bytes);
    }
  }

  /**
   * Whose an entry is, as its record says.
   *
   * @param kind of source; empty where the record is not kept or cannot be read
   * @param contributor empty where nobody is named
   */
  private record Sender(String kind, String contributor) {

    static Sender of(QuarantineEntry entry, ClusterAccess cluster) {
      return OriginalPair.of(entry.pair(), cluster)
          .map(pair -> new Sender(pair.getSourceKind(), pair.getContributor()))
          .or(
              () ->
                  OriginalLink.of(entry, cluster)
                      .map(link -> new Sender(link.getSourceKind(), link.getContributor())))
          .orElse(new Sender("", ""));
    }
  }

  private static void print(QuarantineEntry entry, ClusterAccess cluster, PrintWriter out) {
    QuarantinedPair pair = entry.pair();
    line(out, "key", entry.key());
    line(out, "reason", pair.getReason());
    line(out, "detail", pair.getDetail());
    if (!pair.getMeasured().isEmpty()) {
      line(out, "measured", pair.getMeasured() + ", limit " + pair.getLimit());
    }
    line(out, "step", pair.getStep());
    line(out, "came as", OriginHeader.text(pair.getOrigin()));
    Sender sender = Sender.of(entry, cluster);
    line(out, "source", sender.kind().toLowerCase(Locale.ROOT));
    line(out, "contributor", sender.contributor());
    replay(pair)
        .ifPresent(
            replay -> {
              line(out, "replay of", OriginHeader.text(replay.of()));
              line(out, "review", replay.reviewId());
              line(out, "waived", String.join(", ", replay.waived()));
            });
    OriginalLink.of(entry, cluster)
        .ifPresent(
            link -> {
              line(out, "url", link.getUrl());
              line(out, "caption", link.getCaption());
            });
    line(out, "image digest", pair.getImageDigest());
    line(out, "recipe", pair.getRecipeVersion());
    line(out, "quarantined", pair.getQuarantinedAt().toString());
    line(out, "value", entry.valueBytes() + " bytes");
  }

  /** All of an entry may be a stranger's words. */
  private static void line(PrintWriter out, String name, String value) {
    if (!value.isEmpty()) {
      out.printf("%-14s %s%n", name, TerminalText.plain(value));
    }
  }

  private static ObjectNode json(QuarantineEntry entry, ClusterAccess cluster) {
    QuarantinedPair pair = entry.pair();
    ObjectNode object =
        new JsonMapper()
            .createObjectNode()
            .put("key", entry.key())
            .put("pair_id", pair.getPairId())
            .put("image_digest", pair.getImageDigest())
            .put("reason", pair.getReason())
            .put("detail", pair.getDetail())
            .put("measured", pair.getMeasured())
            .put("limit", pair.getLimit())
            .put("step", pair.getStep())
            .put("recipe_version", pair.getRecipeVersion())
            .put("value_bytes", entry.valueBytes())
            .put("quarantined_at", pair.getQuarantinedAt().toString());
    object
        .putObject("origin")
        .put("topic", pair.getOrigin().getTopic())
        .put("partition", pair.getOrigin().getPartition())
        .put("offset", pair.getOrigin().getOffset());
    replay(pair)
        .ifPresent(
            replay ->
                object
                    .put("replay_of", OriginHeader.text(replay.of()))
                    .put("review_id", replay.reviewId()));
    Sender sender = Sender.of(entry, cluster);
    object.put("source_kind", sender.kind()).put("contributor", sender.contributor());
    OriginalLink.of(entry, cluster)
        .ifPresent(link -> object.put("url", link.getUrl()).put("caption", link.getCaption()));
    return object;
  }

  /** What its headers say, where it was in quarantine before. */
  private static Optional<Replay> replay(QuarantinedPair pair) {
    RecordHeaders headers = new RecordHeaders();
    for (Header header : pair.getHeaders()) {
      byte[] value = new byte[header.getValue() == null ? 0 : header.getValue().remaining()];
      if (header.getValue() != null) {
        header.getValue().duplicate().get(value);
      }
      headers.add(header.getKey(), value);
    }
    return Replay.read(headers);
  }
}

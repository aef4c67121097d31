package io.pairstream.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.pairstream.feed.Block;
import io.pairstream.feed.Condition;
import io.pairstream.feed.FeedSource;
import io.pairstream.feed.InvalidViewException;
import io.pairstream.feed.NamedView;
import io.pairstream.feed.View;
import io.pairstream.feed.ViewFile;
import io.pairstream.feed.ViewStore;
import io.pairstream.schemas.Hint;
import io.pairstream.schemas.PairStatus;
import io.pairstream.service.Cluster;
import io.pairstream.terminal.Progress;
import io.pairstream.terminal.TerminalText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/** A command that reads splits or views of them, perhaps for days. */
abstract class TrainerCommand extends ClusterCommand {

  /**
   * A broker that stands still is replaced once its session of 9 s is over, and until then each
   * attempt may go to it.
   */
  private static final Map<String, Object> TIMEOUT =
      Map.of("request.timeout.ms", 5_000, "default.api.timeout.ms", 20_000);

  final Map<String, Object> clients() {
    return cluster().clientSettings(TIMEOUT);
  }

  final ViewStore store() {
    return new ViewStore(cluster().dataset(), cluster().registry(), clients());
  }

  final FeedSource source(PairStatus split) {
    Cluster cluster = cluster();
    return new FeedSource(cluster.dataset(), split, cluster.registry(), clients());
  }

  /** Where a view's pairs are read: its own split. */
  final FeedSource sourceOf(String topic) {
    return Stream.of(PairStatus.values())
        .filter(PairStatus::isPublished)
        .map(this::source)
        .filter(source -> source.topic().equals(topic))
        .findFirst()
        .orElseThrow(
            () ->
                wrong(
                    "the view is one of %s, which is no split of the data set %s; name its data set: --dataset NAME"
                        .formatted(topic, cluster().dataset().name())));
  }

  final PairStatus split(String name) {
    return Stream.of(PairStatus.values())
        .filter(status -> status.isPublished() && status.name().equalsIgnoreCase(name))
        .findFirst()
        .orElseThrow(() -> wrong("--split must be training, validation or test, was " + name));
  }

  /** Whether an argument names a file, which need not be there, and not a named view. */
  static boolean isFile(String argument) {
    return argument.matches(".*/.*|.*\\.(view|json)") || Files.exists(Path.of(argument));
  }

  static View read(Path file) throws IOException {
    try {
      return ViewFile.read(file);
    } catch (NoSuchFileException e) {
      throw new InvalidViewException("there is no file " + file);
    } catch (InvalidViewException e) {
      throw new InvalidViewException(file + ": " + e.getMessage());
    }
  }

  /**
   * The view of a file or of a name; wrong usage where there is none, or it still grows.
   *
   * @param prefix of what is said then
   */
  final View view(String prefix, String fileOrName) throws IOException {
    try {
      if (isFile(fileOrName)) {
        return read(Path.of(fileOrName));
      }
      NamedView view = store().require(fileOrName);
      require(
          view.isFrozen(),
          "%sthe view %s still grows: follow it in Python, source.follow(\"%2$s\", run=NAME), or end it with: %s"
              .formatted(prefix, fileOrName, Hint.of("view freeze " + Hint.quoted(fileOrName))));
      return view.view();
    } catch (InvalidViewException e) {
      throw wrong(prefix + e.getMessage());
    }
  }

  /** A view as JSON; of a file, or of a name. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Described(
      String fingerprint,
      String topic,
      Instant cutAt,
      List<String> where,
      long samples,
      int blocks,
      long bytes,
      String file,
      String name,
      Integer segments,
      Boolean frozen) {

    static Described of(NamedView view) {
      return of(view.view(), null, view.name(), view.segments().size(), view.isFrozen());
    }

    static Described of(View view, String file, String name, Integer segments, Boolean frozen) {
      return new Described(
          view.fingerprint(),
          view.topic(),
          view.cutAt(),
          view.where(),
          view.samples(),
          view.blocks().size(),
          view.blocks().stream().mapToLong(Block::bytes).sum(),
          file,
          name,
          segments,
          frozen);
    }

    /** {@code frozen}, {@code growing}, or {@code cut} into a file. */
    String state() {
      return frozen == null ? "cut" : frozen ? "frozen" : "growing";
    }
  }

  /** What the commands on views share. */
  abstract static class OnViews extends TrainerCommand {

    final void show(View view, String file) {
      Described described = Described.of(view, file, null, null, null);
      answer(described, () -> print(described));
    }

    final void show(NamedView view) {
      answer(Described.of(view), () -> print(Described.of(view)));
    }

    final void print(Described view) {
      print(
          "view %s of %s, %s %s%s",
          view.name() == null ? view.fingerprint() : view.name(),
          view.topic(),
          view.state(),
          view.cutAt().truncatedTo(ChronoUnit.SECONDS),
          view.where().isEmpty() ? "" : ", where " + String.join(" and ", view.where()));
      field("fingerprint", view.name() == null ? "" : view.fingerprint());
      print(
          "%,d sample(|s) in %,d block(|s), %s%s",
          view.samples(),
          view.blocks(),
          Quantity.bytes(view.bytes()),
          view.segments() == null
              ? ""
              : TerminalText.format(" and %d segment(|s)", view.segments()));
    }

    final int refused(String message) {
      complain(message);
      return ExitStatus.COULD_NOT;
    }

    final List<Condition> conditions(List<String> where) {
      return checked("--where: ", () -> where.stream().map(Condition::parse).toList());
    }

    /** Reading a large split takes minutes, so it says how far it has come. */
    final <T> T reading(Function<LongConsumer, T> work) {
      try (Progress progress = progress()) {
        return work.apply(read -> progress.show("%,d record(|s) read", read));
      }
    }
  }
}

package io.pairstream.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.pairstream.feed.filter.Condition;
import io.pairstream.feed.view.Block;
import io.pairstream.feed.view.View;
import io.pairstream.feed.view.named.NamedView;
import io.pairstream.terminal.Progress;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.LongConsumer;
import picocli.CommandLine.Command;

/** {@code pairstream view}: which pairs a run trains on. */
@Command(
    name = "view",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      ViewCutCommand.class,
      ViewLsCommand.class,
      ViewShowCommand.class,
      ViewExplainCommand.class,
      ViewSealCommand.class,
      ViewFreezeCommand.class,
      ViewDropCommand.class
    })
final class ViewCommand {

  private ViewCommand() {}

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

    static Described of(View view, String file) {
      return of(view, file, null, null, null);
    }

    static Described of(NamedView view) {
      return of(view.view(), null, view.name(), view.segments().size(), view.isFrozen());
    }

    private static Described of(
        View view, String file, String name, Integer segments, Boolean frozen) {
      return new Described(
          view.fingerprint(),
          view.topic(),
          view.cutAt(),
          view.where(),
          view.samples(),
          view.blocks().size(),
          ViewCommand.bytes(view),
          file,
          name,
          segments,
          frozen);
    }
  }

  private static long bytes(View view) {
    return view.blocks().stream().mapToLong(Block::bytes).sum();
  }

  /** A time as people read it. */
  static String second(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  /** What the commands on views share. */
  abstract static class OnViews extends TrainerCommand {

    final void show(View view, String file) {
      answer(Described.of(view, file), () -> print(view));
    }

    private void print(View view) {
      print(
          "view %s of %s, cut %s%s",
          view.fingerprint(), view.topic(), second(view.cutAt()), where(view.where()));
      print("%s", amount(view));
    }

    final void show(NamedView view) {
      answer(Described.of(view), () -> print(view));
    }

    final void print(NamedView view) {
      int segments = view.segments().size();
      print(
          "view %s of %s, %s %s%s",
          view.name(),
          view.topic(),
          view.isFrozen() ? "frozen" : "growing, last sealed",
          second(view.sealedAt()),
          where(view.where()));
      print("fingerprint %s", view.view().fingerprint());
      print("%s%s", amount(view.view()), segments == 1 ? "" : " and " + segments + " segments");
    }

    final int refused(String message) {
      complain(message);
      return ExitStatus.COULD_NOT;
    }

    final List<Condition> conditions(List<String> where) {
      return where.stream().map(Condition::parse).toList();
    }

    /** Reading a large split takes minutes, so it says how far it has come. */
    final <T> T reading(Function<LongConsumer, T> work) {
      try (Progress progress = progress()) {
        return work.apply(read -> progress.show("%,d records read", read));
      }
    }

    private static String where(List<String> conditions) {
      return conditions.isEmpty() ? "" : ", where " + String.join(" and ", conditions);
    }

    private static String amount(View view) {
      return String.format(
          Locale.ROOT,
          "%,d samples in %,d blocks, %s",
          view.samples(),
          view.blocks().size(),
          Quantity.bytes(bytes(view)));
    }
  }
}

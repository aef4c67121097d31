package io.pairstream.cli.training;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.pairstream.cli.command.ExitStatus;
import io.pairstream.cli.command.Quantity;
import io.pairstream.feed.cut.CutListener;
import io.pairstream.feed.cut.MissingAnswer;
import io.pairstream.feed.view.Block;
import io.pairstream.feed.view.NamedView;
import io.pairstream.feed.view.View;
import io.pairstream.schemas.Hint;
import io.pairstream.schemas.condition.Condition;
import io.pairstream.terminal.Progress;
import io.pairstream.terminal.TerminalText;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/** A command that works on views. */
abstract class OnViews extends TrainerCommand {

  private static final String WAITING = "%,d pair(|s) wait(s|) for answer.%s, %s";

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

  final int show(View view, String file) {
    Described described = Described.of(view, file, null, null, null);
    return answer(described, () -> print(described));
  }

  final int show(NamedView view) {
    return answer(Described.of(view), () -> print(Described.of(view)));
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
        view.segments() == null ? "" : TerminalText.format(" and %d segment(|s)", view.segments()));
  }

  final int refused(String message) {
    complain(message);
    return ExitStatus.COULD_NOT;
  }

  final List<Condition> conditions(List<String> where) {
    return checked("--where: ", () -> where.stream().map(Condition::parse).toList());
  }

  /**
   * Reading a large split takes minutes, so it says how far it has come; in the end, how many pairs
   * wait for an answer.
   */
  final <T> T reading(Function<CutListener, T> work) {
    List<MissingAnswer> waiting = new ArrayList<>();
    AtomicLong unanswerable = new AtomicLong();
    T done;
    try (Progress progress = progress()) {
      done =
          work.apply(
              new CutListener() {
                @Override
                public void read(long records) {
                  progress.show("%,d record(|s) read", records);
                }

                @Override
                public void waiting(List<MissingAnswer> missing) {
                  waiting.clear();
                  waiting.addAll(missing);
                  missing.forEach(
                      one -> progress.show(WAITING, one.pairs(), one.name(), one.lastGiven()));
                }

                @Override
                public void unanswerable(long pairs) {
                  unanswerable.set(pairs);
                }
              });
    }
    say(waiting);
    if (unanswerable.get() > 0) {
      say(
          "%,d pair(|s) left out: the model failed; it is asked once more by: %s",
          unanswerable.get(), Hint.of("score --models FOLDER --ask-again REASON"));
    }
    return done;
  }

  /** Says how many pairs wait for which answer, and how it is asked for. */
  final void say(List<MissingAnswer> missing) {
    missing.forEach(one -> say(WAITING, one.pairs(), one.name(), one.lastGiven()));
    if (!missing.isEmpty()) {
      say("%s", MissingAnswer.remedy());
    }
  }
}

package io.pairstream.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.operations.actions.Actor;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.takedown.Subject;
import io.pairstream.operations.takedown.TakedownDesk;
import io.pairstream.operations.takedown.TakedownEntry;
import io.pairstream.operations.takedown.TakedownReport;
import io.pairstream.schemas.Takedown;
import io.pairstream.schemas.TakedownKind;
import io.pairstream.terminal.TerminalText;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code pairstream takedown}: removes published pairs, and turns away what comes of them. */
@Command(
    name = "takedown",
    subcommands = {TakedownCommand.Ls.class, TakedownCommand.Lift.class})
final class TakedownCommand implements Callable<Integer> {

  private static final Duration BETWEEN_LINES = Duration.ofSeconds(5);
  private static final int LONGEST_TEXT = 4_000;

  @Mixin private ClusterOptions options;

  @Mixin private SubjectOptions subject;

  @Mixin private WaitOptions wait;

  @Spec private CommandSpec spec;

  @Option(names = "--cause", paramLabel = "TEXT")
  private String cause;

  @Option(names = "--plan")
  private boolean plan;

  /** What a command is about. */
  static final class SubjectOptions {

    @Parameters(paramLabel = "PAIR_ID", arity = "0..1")
    private String pairId;

    @Option(names = "--image", paramLabel = "DIGEST")
    private String image;

    @Option(names = "--contributor", paramLabel = "NAME")
    private String contributor;

    @Option(names = "--source", paramLabel = "SOURCE")
    private String source;

    Subject chosen(CommandSpec spec) {
      List<Optional<Subject>> chosen;
      try {
        chosen =
            Stream.of(
                    subject(pairId, Subject::pair),
                    subject(image, Subject::image),
                    subject(contributor, Subject::contributor),
                    subject(source, Subject::source))
                .filter(Optional::isPresent)
                .toList();
      } catch (IllegalArgumentException e) {
        throw new ParameterException(spec.commandLine(), e.getMessage());
      }
      if (chosen.size() != 1) {
        throw new ParameterException(
            spec.commandLine(),
            "say what to withdraw, one thing: PAIR_ID, --image, --contributor or --source");
      }
      return chosen.get(0).orElseThrow();
    }

    private static Optional<Subject> subject(String text, Function<String, Subject> of) {
      return Optional.ofNullable(text).map(of);
    }
  }

  /** Who asks, and how long the command waits. */
  static final class WaitOptions {

    @Option(names = "--by", paramLabel = "NAME")
    private String by;

    @Option(names = "--wait", paramLabel = "TIME", defaultValue = "60s")
    private Duration timeout;

    TakedownDesk.Request request(Subject subject, String cause, CommandSpec spec) {
      if (by != null && (by.isBlank() || by.length() > LONGEST_TEXT)) {
        throw new ParameterException(
            spec.commandLine(), "--by must have 1 to " + LONGEST_TEXT + " characters");
      }
      PrintWriter err = spec.commandLine().getErr();
      long[] toldAt = {System.nanoTime()};
      return new TakedownDesk.Request(
          subject,
          Actor.atTheCommandLine().name() + (by == null ? "" : ", for " + by),
          cause,
          timeout,
          () -> {
            if (System.nanoTime() - toldAt[0] > BETWEEN_LINES.toNanos()) {
              toldAt[0] = System.nanoTime();
              err.println("waiting for the topology; Ctrl-C stops the waiting alone");
              err.flush();
            }
          });
    }
  }

  @Override
  public Integer call() {
    Subject chosen = subject.chosen(spec);
    if (!plan && (cause == null || cause.isBlank() || cause.length() > LONGEST_TEXT)) {
      throw new ParameterException(
          spec.commandLine(), "say why: --cause TEXT, of 1 to " + LONGEST_TEXT + " characters");
    }
    TakedownDesk desk = new TakedownDesk(new ClusterAccess(options.cluster()), Clock.systemUTC());
    TakedownReport report =
        plan ? desk.plan(chosen) : desk.takeDown(wait.request(chosen, cause, spec));
    PrintWriter out = spec.commandLine().getOut();
    if (options.json()) {
      out.println(json(report, plan ? "PLANNED" : "DONE"));
    } else {
      print(report, out);
    }
    return end(report, spec);
  }

  private void print(TakedownReport report, PrintWriter out) {
    report.earlier().ifPresent(earlier -> out.println("in force already: " + plain(says(earlier))));
    String splits =
        report.published().entrySet().stream()
            .map(entry -> name(entry.getKey().name()) + " " + entry.getValue())
            .collect(Collectors.joining(", "));
    String pairs = report.total() == 1 ? "1 published pair" : report.total() + " published pairs";
    out.println(
        name(report.subject().kind().name())
            + " "
            + plain(report.subject().name())
            + ": "
            + pairs
            + (splits.isEmpty() ? "" : " (" + splits + ")"));
    if (plan) {
      out.println("nothing is done; without --plan these would be removed, and copies turned away");
    } else {
      out.println(report.removed() + " removed; what comes of it is turned away");
    }
  }

  /** {@code pairstream takedown ls}: what is withdrawn. */
  @Command(name = "ls")
  static final class Ls implements Callable<Integer> {

    @Mixin private ClusterOptions options;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
      List<TakedownEntry> entries =
          new TakedownDesk(new ClusterAccess(options.cluster()), Clock.systemUTC()).list();
      PrintWriter out = spec.commandLine().getOut();
      for (TakedownEntry entry : entries) {
        if (options.json()) {
          out.println(json(entry.takedown()).put("pairs", entry.pairs()));
        } else {
          out.printf(
              "%-11s %s, %d pairs%n            %s%n",
              name(entry.takedown().getKind()),
              plain(entry.takedown().getSubject()),
              entry.pairs() + (isOfOne(entry.takedown()) ? 1 : 0),
              plain(says(entry.takedown())));
        }
      }
      if (entries.isEmpty() && !options.json()) {
        out.println("nothing is withdrawn");
      }
      return ExitStatus.DONE;
    }

    private static boolean isOfOne(Takedown takedown) {
      return takedown.getKind().equals(TakedownKind.PAIR.name());
    }
  }

  /** {@code pairstream takedown lift}: no more turning away. */
  @Command(name = "lift")
  static final class Lift implements Callable<Integer> {

    @Mixin private ClusterOptions options;

    @Mixin private SubjectOptions subject;

    @Mixin private WaitOptions wait;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
      Subject chosen = subject.chosen(spec);
      TakedownReport report =
          new TakedownDesk(new ClusterAccess(options.cluster()), Clock.systemUTC())
              .lift(wait.request(chosen, "", spec));
      boolean found = report.removed() > 0;
      PrintWriter out = spec.commandLine().getOut();
      if (options.json()) {
        out.println(json(report, found ? "LIFTED" : "UNKNOWN"));
      } else if (found) {
        out.println(
            "lifted, "
                + report.removed()
                + " takedowns with those of its pairs; what comes is taken again, and what was removed"
                + " must be sent again");
      } else {
        spec.commandLine()
            .getErr()
            .println(
                "pairstream: "
                    + plain(chosen.key())
                    + " is not withdrawn; pairstream takedown ls says what is");
      }
      return found ? end(report, spec) : ExitStatus.FOUND_WRONG;
    }
  }

  /** When it was withdrawn, by whom and why. */
  static String says(Takedown takedown) {
    return "on "
        + takedown.getRequestedAt()
        + " by "
        + takedown.getRequestedBy()
        + (takedown.getPartOf().isEmpty() ? "" : " with " + takedown.getPartOf())
        + " because: "
        + takedown.getCause();
  }

  static ObjectNode json(Takedown takedown) {
    return new JsonMapper()
        .createObjectNode()
        .put("kind", takedown.getKind())
        .put("subject", takedown.getSubject())
        .put("requested_by", takedown.getRequestedBy())
        .put("cause", takedown.getCause())
        .put("requested_at", takedown.getRequestedAt().toString())
        .put("part_of", takedown.getPartOf());
  }

  private static ObjectNode json(TakedownReport report, String state) {
    ObjectNode object =
        new JsonMapper()
            .createObjectNode()
            .put("kind", report.subject().kind().name())
            .put("subject", report.subject().name())
            .put("state", report.unfinished().isPresent() ? "WAITING" : state);
    ObjectNode published = object.putObject("published");
    report.published().forEach((split, count) -> published.put(name(split.name()), count));
    object.put("removed", report.removed());
    report.earlier().ifPresent(earlier -> object.set("earlier", json(earlier)));
    report.unfinished().ifPresent(what -> object.put("waits_for", what));
    return object;
  }

  private static int end(TakedownReport report, CommandSpec spec) {
    report
        .unfinished()
        .ifPresent(
            what ->
                spec.commandLine()
                    .getErr()
                    .println(
                        "pairstream: "
                            + what
                            + "; it is in Kafka and will be; the same command says when"));
    return report.unfinished().isPresent() ? ExitStatus.COULD_NOT : ExitStatus.DONE;
  }

  private static String name(String constant) {
    return constant.toLowerCase(Locale.ROOT);
  }

  private static String plain(String text) {
    return TerminalText.plain(text);
  }
}

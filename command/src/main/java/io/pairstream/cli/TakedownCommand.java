package io.pairstream.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.pairstream.cleaning.image.NearCopies;
import io.pairstream.feed.InvalidViewException;
import io.pairstream.operations.actions.Actor;
import io.pairstream.operations.pictures.NearCopiesOfImage;
import io.pairstream.operations.pictures.PublishedPictures.NearPair;
import io.pairstream.operations.takedown.Subject;
import io.pairstream.operations.takedown.TakedownDesk;
import io.pairstream.schemas.Hint;
import io.pairstream.schemas.Takedown;
import io.pairstream.schemas.TakedownKind;
import io.pairstream.service.table.ViewStorageException;
import io.pairstream.terminal.Progress;
import io.pairstream.terminal.TerminalText;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pairstream takedown}: removes published pairs, and rejects what comes of them. */
@Command(
    name = "takedown",
    subcommands = {TakedownCommand.Ls.class, TakedownCommand.Lift.class})
final class TakedownCommand extends ClusterCommand {

  private static final int LONGEST_TEXT = 4_000;
  private static final int MOST_NEAR = 20;
  private static final int MOST_PRODUCERS = 20;

  @Mixin private SubjectOptions request;

  @Option(names = "--cause", paramLabel = "TEXT")
  private String cause;

  @Option(names = "--plan")
  private boolean plan;

  @Option(names = "--near-copies")
  private boolean nearCopies;

  @Option(names = "--recipe", paramLabel = "NAME|FILE", defaultValue = "dalle")
  private String recipe;

  /**
   * What a command has done, as JSON.
   *
   * @param seenBy checkpoints that have seen some of it, by run
   * @param nearCopies published pairs of nearly the same picture
   */
  private record Answer(
      String state,
      @JsonUnwrapped TakedownDesk.Report report,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, List<String>> seenBy,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<NearPair> nearCopies) {

    static Answer of(
        TakedownDesk.Report report,
        String state,
        Map<String, List<String>> seenBy,
        List<NearPair> nearCopies) {
      return new Answer(
          report.unfinished().isPresent() ? "WAITING" : state, report, seenBy, nearCopies);
    }
  }

  /** What a takedown is about, who asks, and how long the command waits. */
  static final class SubjectOptions {

    @Parameters(paramLabel = "PAIR_ID", arity = "0..1")
    private String pairId;

    @Option(names = "--image", paramLabel = "DIGEST")
    private String image;

    @Option(names = "--contributor", paramLabel = "NAME")
    private String contributor;

    @Option(names = "--producer", paramLabel = "NAME")
    private String producer;

    @Option(names = "--source", paramLabel = "SOURCE")
    private String source;

    @Option(names = "--wait", paramLabel = "TIME", defaultValue = "60s")
    private Duration timeout;

    private Subject subject() {
      List<Subject> chosen =
          Stream.of(
                  Stream.ofNullable(pairId).map(Subject::pair),
                  Stream.ofNullable(image).map(Subject::image),
                  Stream.ofNullable(contributor).map(Subject::contributor),
                  Stream.ofNullable(producer).map(Subject::producer),
                  Stream.ofNullable(source).map(Subject::source))
              .flatMap(Function.identity())
              .toList();
      if (chosen.size() != 1) {
        throw new IllegalArgumentException(
            "say what to withdraw, one thing: PAIR_ID, --image, --contributor, --producer or"
                + " --source");
      }
      return chosen.get(0);
    }

    private TakedownDesk.Request of(Subject subject, String cause, Progress progress) {
      return new TakedownDesk.Request(
          subject,
          Actor.atTheCommandLine().name(),
          cause,
          timeout,
          () -> progress.show("waiting for the topology; Ctrl-C stops the waiting alone"));
    }
  }

  @Override
  public Integer call() {
    Subject subject = checked(request::subject);
    require(
        plan || isText(cause), "say why: --cause TEXT, of 1 to " + LONGEST_TEXT + " characters");
    boolean isImage = subject.kind() == TakedownKind.IMAGE;
    require(isImage || !nearCopies, "--near-copies are those of one image: --image DIGEST");
    // Before it is withdrawn, with which its hash goes.
    List<NearPair> near = isImage ? nearCopiesOf(subject) : List.of();
    int status = withdraw(subject, near);
    if (nearCopies && !plan) {
      for (String copy : images(near)) {
        status = Math.max(status, withdraw(Subject.image(copy), List.of()));
      }
    }
    return status;
  }

  private int withdraw(Subject subject, List<NearPair> near) {
    TakedownDesk desk = new TakedownDesk(access(), Clock.systemUTC());
    TakedownDesk.Report report =
        plan
            ? desk.plan(subject)
            : desk.takeDown(checked(() -> request.of(subject, cause, progress())));
    Map<String, List<String>> seenBy = seenBy(subject);
    answer(
        Answer.of(report, plan ? "PLANNED" : "DONE", seenBy, near),
        () -> {
          print(report, seenBy);
          print(near);
        });
    return end(report, this);
  }

  /** What is done is not undone by not knowing. */
  private List<NearPair> nearCopiesOf(Subject image) {
    NearCopies how = plan(recipe(recipe)).nearCopies();
    String why = "the index has no hash of it";
    try {
      Optional<List<NearPair>> near =
          NearCopiesOfImage.find(access(), image.name(), how, PicturesCommand.TEMP);
      if (near.isPresent() || !nearCopies) {
        return near.orElse(List.of());
      }
    } catch (KafkaException | ViewStorageException e) {
      why = e.getMessage();
    }
    complain("the near copies of the image are not known: " + why);
    return List.of();
  }

  private static List<String> images(List<NearPair> near) {
    return near.stream().map(NearPair::imageDigest).distinct().toList();
  }

  private void print(List<NearPair> near) {
    if (near.isEmpty()) {
      return;
    }
    print("near copies that are published: %d pair(|s)", near.size());
    near.stream()
        .limit(MOST_NEAR)
        .forEach(
            pair ->
                print(
                    "  %s in %s, %d of 64 bits differ, of image %s",
                    pair.pairId(), name(pair.split()), pair.distanceBits(), pair.imageDigest()));
    count("  and %d more", near.size() - MOST_NEAR);
    if (plan) {
      print(nearCopies ? "these would be removed too" : "with --near-copies these are removed too");
    } else if (!nearCopies) {
      print("to remove these too:");
      images(near).stream()
          .limit(MOST_NEAR)
          .forEach(image -> print("  %s", Hint.of("takedown --image " + image + " --cause TEXT")));
    }
  }

  /** Checkpoints that have seen some of it, by run. What is done is not undone by not knowing. */
  private Map<String, List<String>> seenBy(Subject subject) {
    try {
      return new NotedCheckpoints(
              access(),
              (id, entry) ->
                  TakedownKind.keysOf(
                          id,
                          entry.getImageDigest(),
                          entry.getContributor(),
                          entry.getProducer(),
                          entry.getSourceKind(),
                          entry.getUrl())
                      .contains(subject.key()),
              List.of())
          .seenBy();
    } catch (KafkaException | InvalidViewException e) {
      complain("which checkpoints have seen it is not known: " + e.getMessage());
      return Map.of();
    }
  }

  private static boolean isText(String text) {
    return text != null && !text.isBlank() && text.length() <= LONGEST_TEXT;
  }

  private void print(TakedownDesk.Report report, Map<String, List<String>> seenBy) {
    report.earlier().ifPresent(earlier -> print("in force already: %s", says(earlier)));
    String splits =
        report.published().entrySet().stream()
            .map(entry -> name(entry.getKey()) + " " + entry.getValue())
            .collect(Collectors.joining(", "));
    print(
        "%s %s: %d published pair(|s)%s",
        name(report.subject().kind()),
        report.subject().name(),
        report.total(),
        splits.isEmpty() ? "" : " (" + splits + ")");
    printProducers(report);
    print(
        plan
            ? "nothing is done; without --plan these would be removed, and copies rejected"
            : "%d removed%s",
        report.removed(),
        report.unfinished().isPresent() ? " so far" : "; what comes of it is rejected");
    seenBy.forEach(
        (run, names) ->
            print(
                "seen by %d checkpoint(|s) of the run %s: %s",
                names.size(), run, String.join(", ", names)));
    if (!seenBy.isEmpty()) {
      print("in which step: %s", Hint.of("exposure PAIR_ID"));
    }
  }

  /** Whoever may name a contributor is not known to be that one. */
  private void printProducers(TakedownDesk.Report report) {
    if (report.subject().kind() != TakedownKind.CONTRIBUTOR) {
      return;
    }
    report.producers().entrySet().stream()
        .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
        .limit(MOST_PRODUCERS)
        .forEach(
            producer ->
                print(
                    "  %d sent with %s",
                    producer.getValue(),
                    producer.getKey().isEmpty()
                        ? "no API key: by Kafka or import"
                        : "the API key of " + producer.getKey()));
    count("  and those of %d more producers", report.producers().size() - MOST_PRODUCERS);
  }

  /** When it was withdrawn, by whom and why. */
  static String says(Takedown takedown) {
    return "on %s by %s%s because: %s"
        .formatted(
            takedown.getRequestedAt(),
            takedown.getRequestedBy(),
            takedown.getPartOf().isEmpty() ? "" : " with " + takedown.getPartOf(),
            takedown.getCause());
  }

  static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private static int end(TakedownDesk.Report report, PairstreamCommand command) {
    report
        .unfinished()
        .ifPresent(
            what ->
                command.complain(
                    what + "; it is in Kafka and will be; the same command says when"));
    return report.unfinished().isPresent() ? ExitStatus.COULD_NOT : ExitStatus.DONE;
  }

  /** {@code pairstream takedown ls}: what is withdrawn. */
  @Command(name = "ls")
  static final class Ls extends ClusterCommand {

    @Override
    public Integer call() {
      List<TakedownDesk.Entry> entries = new TakedownDesk(access(), Clock.systemUTC()).list();
      entries.forEach(entry -> answer(entry, () -> print(entry)));
      if (entries.isEmpty() && !json()) {
        print("nothing is withdrawn");
      }
      return ExitStatus.DONE;
    }

    private void print(TakedownDesk.Entry entry) {
      Takedown takedown = entry.takedown();
      String kind = takedown.getKind();
      long pairs = entry.pairs() + (kind.equals(TakedownKind.PAIR.name()) ? 1 : 0);
      print("%-11s %s, %d pair(|s)", kind.toLowerCase(Locale.ROOT), takedown.getSubject(), pairs);
      print("            %s", says(takedown));
    }
  }

  /** {@code pairstream takedown lift}: what comes is taken again. */
  @Command(name = "lift")
  static final class Lift extends ClusterCommand {

    @Mixin private SubjectOptions request;

    @Override
    public Integer call() {
      Subject subject = checked(request::subject);
      Optional<TakedownDesk.Report> lifted =
          new TakedownDesk(access(), Clock.systemUTC())
              .lift(checked(() -> request.of(subject, "", progress())));
      if (lifted.isPresent()) {
        TakedownDesk.Report report = lifted.get();
        answer(Answer.of(report, "LIFTED", Map.of(), List.of()), () -> print(report));
        return end(report, this);
      }
      TakedownDesk.Report none =
          new TakedownDesk.Report(
              subject, new TreeMap<>(), new TreeMap<>(), 0, Optional.empty(), Optional.empty());
      answer(
          Answer.of(none, "UNKNOWN", Map.of(), List.of()),
          () -> complain(subject.key() + " is not withdrawn; what is: " + Hint.of("takedown ls")));
      return ExitStatus.FOUND_WRONG;
    }

    private void print(TakedownDesk.Report report) {
      String takedowns =
          TerminalText.format("%d takedown(|s) with those of its pairs", report.removed());
      if (report.unfinished().isPresent()) {
        print("not lifted yet: %s", report.removed() == 0 ? "asked for before" : takedowns);
      } else {
        print(
            "lifted%s; what comes is taken again, and what was removed must be sent again",
            report.removed() == 0 ? " before" : ", " + takedowns);
      }
    }
  }
}

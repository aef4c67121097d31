package io.pairstream.cli.review;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.pairstream.cleaning.image.NearCopies;
import io.pairstream.cli.command.ClusterCommand;
import io.pairstream.cli.command.ExitStatus;
import io.pairstream.cli.command.FilesFrom;
import io.pairstream.cli.command.PairstreamCommand;
import io.pairstream.cli.command.Resumable;
import io.pairstream.curation.takedown.Subject;
import io.pairstream.curation.takedown.TakedownService;
import io.pairstream.feed.exposure.NotedCheckpoints;
import io.pairstream.feed.view.InvalidViewException;
import io.pairstream.schemas.Hint;
import io.pairstream.schemas.Takedown;
import io.pairstream.schemas.TakedownKind;
import io.pairstream.service.table.ViewStorageException;
import io.pairstream.terminal.TerminalText;
import io.pairstream.tools.pictures.PictureIndex;
import io.pairstream.tools.pictures.PictureIndex.NearPair;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pairstream takedown}: removes published pairs, and rejects what comes of them. */
@Command(
    name = "takedown",
    subcommands = {TakedownCommand.Ls.class, TakedownCommand.Lift.class})
public final class TakedownCommand extends ClusterCommand implements Resumable {

  @Mixin FilesFrom filesFrom;

  private static final int LONGEST_TEXT = 4_000;

  /** Most producers, and most near copies, that are listed. */
  private static final int MOST_LISTED = 20;

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
   * A takedown or its end, as JSON.
   *
   * @param state {@code WAITING} in any case where the topology has not done its part
   * @param seenBy checkpoints that have seen some of it, by run
   * @param nearCopies published pairs of nearly the same picture
   */
  private record TakedownAnswer(
      String state,
      @JsonUnwrapped TakedownService.Report report,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, List<String>> seenBy,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<NearPair> nearCopies) {

    TakedownAnswer {
      state = report.unfinished().isPresent() ? "WAITING" : state;
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
    TakedownService desk = new TakedownService(access(), Clock.systemUTC());
    TakedownService.Report report =
        plan
            ? desk.plan(subject)
            : desk.takeDown(checked(() -> request.of(subject, cause, progress())));
    Map<String, List<String>> seenBy = seenBy(subject);
    answer(
        new TakedownAnswer(plan ? "PLANNED" : "DONE", report, seenBy, near),
        () -> {
          print(report, seenBy);
          print(near);
        });
    return end(report, this);
  }

  /** Near copies of an image; none, and a complaint, where they cannot be known. */
  private List<NearPair> nearCopiesOf(Subject image) {
    NearCopies how = plan(recipe(recipe)).nearCopies();
    String why = "the index has no hash of it";
    try {
      Optional<List<NearPair>> near = PictureIndex.nearTo(access(), image.name(), how);
      if (near.isPresent() || !nearCopies) {
        return near.orElse(List.of());
      }
    } catch (KafkaException | ViewStorageException e) {
      why = e.getMessage();
    }
    complain("the near copies of the image are not known: " + why);
    return List.of();
  }

  /** Checkpoints that have seen some of it, by run; none, and a complaint, if not known. */
  private Map<String, List<String>> seenBy(Subject subject) {
    try {
      return new NotedCheckpoints(
              access(),
              (id, entry) -> TakedownKind.keysOf(id, entry).contains(subject.key()),
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

  private static int end(TakedownService.Report report, PairstreamCommand command) {
    report
        .unfinished()
        .ifPresent(
            what ->
                command.complain(
                    what + "; it is in Kafka and will be; the same command says when"));
    return report.unfinished().isPresent() ? ExitStatus.COULD_NOT : ExitStatus.DONE;
  }

  /** Says what a takedown did, or would do, and which checkpoints have seen it. */
  private void print(TakedownService.Report report, Map<String, List<String>> seenBy) {
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

  /** By whom a contributor's pairs were sent: a producer may name any contributor. */
  private void printProducers(TakedownService.Report report) {
    if (report.subject().kind() != TakedownKind.CONTRIBUTOR) {
      return;
    }
    report.producers().entrySet().stream()
        .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
        .limit(MOST_LISTED)
        .forEach(
            producer ->
                print(
                    "  %d sent with %s",
                    producer.getValue(),
                    producer.getKey().isEmpty()
                        ? "no API key: by Kafka or import"
                        : "the API key of " + producer.getKey()));
    count("  and those of %d more producers", report.producers().size() - MOST_LISTED);
  }

  /** When it was withdrawn, by whom and why. */
  private static String says(Takedown takedown) {
    return "on %s by %s%s because: %s"
        .formatted(
            takedown.getRequestedAt(),
            takedown.getRequestedBy(),
            takedown.getPartOf().isEmpty() ? "" : " with " + takedown.getPartOf(),
            takedown.getCause());
  }

  private static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /** Prints the number of near copies, the first of them, and how they are removed. */
  private void print(List<NearPair> near) {
    if (near.isEmpty()) {
      return;
    }
    print("near copies that are published: %d pair(|s)", near.size());
    near.stream()
        .limit(MOST_LISTED)
        .forEach(
            pair ->
                print(
                    "  %s in %s, %d of 64 bits differ, of image %s",
                    pair.pairId(), name(pair.split()), pair.distanceBits(), pair.imageDigest()));
    count("  and %d more", near.size() - MOST_LISTED);
    if (plan) {
      print(nearCopies ? "these would be removed too" : "with --near-copies these are removed too");
    } else if (!nearCopies) {
      print("to remove these too:");
      images(near).stream()
          .limit(MOST_LISTED)
          .forEach(image -> print("  %s", Hint.of("takedown --image " + image + " --cause TEXT")));
    }
  }

  /** Digests of their images, each once. */
  private static List<String> images(List<NearPair> near) {
    return near.stream().map(NearPair::imageDigest).distinct().toList();
  }

  /** {@code pairstream takedown ls}: what is withdrawn. */
  @Command(name = "ls")
  static final class Ls extends ClusterCommand {

    @Override
    public Integer call() {
      List<TakedownService.Entry> entries = new TakedownService(access(), Clock.systemUTC()).list();
      entries.forEach(entry -> answer(entry, () -> print(entry)));
      if (entries.isEmpty() && !json()) {
        print("nothing is withdrawn");
      }
      return ExitStatus.DONE;
    }

    /** Writes a takedown that is in force. */
    private void print(TakedownService.Entry entry) {
      Takedown takedown = entry.takedown();
      String kind = takedown.getKind();
      long pairs = entry.pairs() + (kind.equals(TakedownKind.PAIR.name()) ? 1 : 0);
      print("%-11s %s, %d pair(|s)", kind.toLowerCase(Locale.ROOT), takedown.getSubject(), pairs);
      print("            %s", says(takedown));
    }
  }

  /** {@code pairstream takedown lift}: what comes is taken again. */
  @Command(name = "lift")
  static final class Lift extends ClusterCommand implements Resumable {

    @Mixin private SubjectOptions request;

    @Override
    public Integer call() {
      Subject subject = checked(request::subject);
      Optional<TakedownService.Report> lifted =
          new TakedownService(access(), Clock.systemUTC())
              .lift(checked(() -> request.of(subject, "", progress())));
      if (lifted.isPresent()) {
        TakedownService.Report report = lifted.get();
        answer(new TakedownAnswer("LIFTED", report, Map.of(), List.of()), () -> print(report));
        return end(report, this);
      }
      TakedownService.Report none =
          new TakedownService.Report(
              subject, new TreeMap<>(), new TreeMap<>(), 0, Optional.empty(), Optional.empty());
      answer(
          new TakedownAnswer("UNKNOWN", none, Map.of(), List.of()),
          () -> complain(subject.key() + " is not withdrawn; what is: " + Hint.of("takedown ls")));
      return ExitStatus.FOUND_WRONG;
    }

    /** Says that a takedown was lifted, or is not yet. */
    private void print(TakedownService.Report report) {
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

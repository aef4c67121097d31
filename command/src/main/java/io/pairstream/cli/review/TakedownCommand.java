package io.pairstream.cli.review;

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
import io.pairstream.schemas.TakedownKind;
import io.pairstream.service.table.ViewStorageException;
import io.pairstream.tools.pictures.NearCopiesOfImage;
import io.pairstream.tools.pictures.PictureIndex.NearPair;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pairstream takedown}: removes published pairs, and rejects what comes of them. */
@Command(
    name = "takedown",
    subcommands = {TakedownsInForce.Ls.class, TakedownsInForce.Lift.class})
public final class TakedownCommand extends ClusterCommand implements Resumable {

  @Mixin FilesFrom filesFrom;

  private static final int LONGEST_TEXT = 4_000;

  @Mixin private SubjectOptions request;

  @Option(names = "--cause", paramLabel = "TEXT")
  private String cause;

  @Option(names = "--plan")
  private boolean plan;

  @Option(names = "--near-copies")
  private boolean nearCopies;

  @Option(names = "--recipe", paramLabel = "NAME|FILE", defaultValue = "dalle")
  private String recipe;

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
      for (String copy : NearPairsPrinter.images(near)) {
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
        new TakedownPrinter.TakedownAnswer(plan ? "PLANNED" : "DONE", report, seenBy, near),
        () -> {
          new TakedownPrinter(out()).print(report, seenBy, plan);
          new NearPairsPrinter(out()).print(near, plan, nearCopies);
        });
    return end(report, this);
  }

  /** Near copies of an image; none, and a complaint, where they cannot be known. */
  private List<NearPair> nearCopiesOf(Subject image) {
    NearCopies how = plan(recipe(recipe)).nearCopies();
    String why = "the index has no hash of it";
    try {
      Optional<List<NearPair>> near = NearCopiesOfImage.find(access(), image.name(), how);
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

  static int end(TakedownService.Report report, PairstreamCommand command) {
    report
        .unfinished()
        .ifPresent(
            what ->
                command.complain(
                    what + "; it is in Kafka and will be; the same command says when"));
    return report.unfinished().isPresent() ? ExitStatus.COULD_NOT : ExitStatus.DONE;
  }
}

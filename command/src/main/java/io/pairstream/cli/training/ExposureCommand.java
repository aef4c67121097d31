package io.pairstream.cli.training;

import io.pairstream.cli.command.ExitStatus;
import io.pairstream.feed.exposure.Exposures.Exposure;
import io.pairstream.feed.exposure.Exposures.Seen;
import io.pairstream.feed.exposure.NotedCheckpoints;
import io.pairstream.feed.view.View;
import io.pairstream.terminal.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pairstream exposure}: which checkpoints have seen a pair. */
@Command(name = "exposure")
public final class ExposureCommand extends TrainerCommand {

  @Parameters(paramLabel = "PAIR_ID")
  private String pairId;

  @Option(names = "--view", paramLabel = "FILE")
  private List<Path> files = List.of();

  /** A checkpoint and the times that it has seen the pair, as JSON. */
  private record Answer(
      String run,
      String checkpoint,
      String parent,
      Instant notedAt,
      String unknown,
      List<Seen> seen) {}

  @Override
  public Integer call() throws IOException {
    List<View> views = new ArrayList<>();
    for (Path file : files) {
      views.add(view("--view: ", file.toString()));
    }
    NotedCheckpoints noted =
        new NotedCheckpoints(access(), (id, entry) -> id.equals(pairId), views);
    if (noted.exposures().isEmpty()) {
      say("no checkpoint is noted; in Python, loader.checkpoint(\"step-4000\") notes one");
      return ExitStatus.DONE;
    }
    if (noted.sites().isEmpty()) {
      return unknown(
          "the index knows no pair %s; an id is whole: 32 hex digits; one that was taken down is there for some days"
              .formatted(pairId));
    }
    if (!json()) {
      noted
          .sites()
          .get(pairId)
          .forEach(
              site ->
                  print(
                      "pair %s: %s-%d-%d", pairId, site.topic(), site.partition(), site.offset()));
    }
    Table table = new Table();
    noted.exposures().forEach(exposure -> add(exposure, table));
    print(table);
    return ExitStatus.DONE;
  }

  private void add(Exposure exposure, Table table) {
    List<Seen> seen = exposure.seen().getOrDefault(pairId, List.of());
    String name = exposure.checkpoint().name();
    answer(
        new Answer(
            exposure.checkpoint().run(),
            name,
            exposure.checkpoint().parentId(),
            exposure.checkpoint().note().getProposedAt(),
            exposure.unknown(),
            seen),
        () ->
            table.row(
                exposure.checkpoint().id(),
                exposure.unknown().isEmpty() ? times(seen) : "not known",
                exposure.unknown().isEmpty() ? since(name, seen) : exposure.unknown()));
  }

  /** Times at which a run saw the pair between a checkpoint and the one before. */
  private static String since(String name, List<Seen> seen) {
    return seen.stream()
        .filter(one -> one.checkpoint().equals(name))
        .map(ExposureCommand::says)
        .collect(Collectors.joining("; "));
  }

  private static String says(Seen seen) {
    return seen.certain()
        ? "epoch %d, step %d, place %d".formatted(seen.epoch(), seen.step(), seen.place())
        : "perhaps in epoch " + seen.epoch();
  }

  private static String times(List<Seen> seen) {
    long certain = seen.stream().filter(Seen::certain).count();
    long perhaps = seen.stream().filter(one -> !one.certain()).map(Seen::epoch).distinct().count();
    String times = certain == 0 ? "" : certain == 1 ? "seen once" : "seen " + certain + " times";
    if (perhaps == 0) {
      return times.isEmpty() ? "not seen" : times;
    }
    String epochs = perhaps == 1 ? "1 epoch" : perhaps + " epochs";
    return (times.isEmpty() ? "perhaps seen" : times + ", perhaps again") + " in " + epochs;
  }
}

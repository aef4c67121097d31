package io.pairstream.cli.review;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.pairstream.curation.takedown.TakedownService;
import io.pairstream.schemas.Hint;
import io.pairstream.schemas.Takedown;
import io.pairstream.schemas.TakedownKind;
import io.pairstream.terminal.Printer;
import io.pairstream.terminal.TerminalText;
import io.pairstream.tools.pictures.PictureIndex.NearPair;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes what takedowns did, or would do. */
record TakedownPrinter(PrintWriter out) implements Printer {

  /**
   * A takedown or its end, as JSON.
   *
   * @param state {@code WAITING} in any case where the topology has not done its part
   * @param seenBy checkpoints that have seen some of it, by run
   * @param nearCopies published pairs of nearly the same picture
   */
  record TakedownAnswer(
      String state,
      @JsonUnwrapped TakedownService.Report report,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, List<String>> seenBy,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<NearPair> nearCopies) {

    TakedownAnswer {
      state = report.unfinished().isPresent() ? "WAITING" : state;
    }
  }

  private static final int MOST_PRODUCERS = 20;

  /**
   * Says what a takedown did, or would do where it is a plan, and which checkpoints have seen it.
   */
  void print(TakedownService.Report report, Map<String, List<String>> seenBy, boolean plan) {
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

  /** Says that a takedown was lifted, or is not yet. */
  void printLifted(TakedownService.Report report) {
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

  /** Writes a takedown that is in force. */
  void print(TakedownService.Entry entry) {
    Takedown takedown = entry.takedown();
    String kind = takedown.getKind();
    long pairs = entry.pairs() + (kind.equals(TakedownKind.PAIR.name()) ? 1 : 0);
    print("%-11s %s, %d pair(|s)", kind.toLowerCase(Locale.ROOT), takedown.getSubject(), pairs);
    print("            %s", says(takedown));
  }
}

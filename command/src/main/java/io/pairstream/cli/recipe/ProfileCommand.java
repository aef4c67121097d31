package io.pairstream.cli.recipe;

import io.pairstream.cli.command.ClusterCommand;
import io.pairstream.operate.profile.Histogram;
import io.pairstream.operate.profile.ProfileReport;
import io.pairstream.operate.profile.ProfileReport.Count;
import io.pairstream.operate.profile.ReadProfile;
import io.pairstream.terminal.Progress;
import io.pairstream.terminal.Table;
import io.pairstream.terminal.Table.Figure;
import io.pairstream.terminal.TerminalText;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code pairstream profile}: what the data set holds, by its topics. */
@Command(name = "profile")
public final class ProfileCommand extends ClusterCommand {

  private static final int NAME_COLUMNS = 24;
  private static final int BAR_COLUMNS = 19;

  @Option(names = "--split", paramLabel = "SPLIT", defaultValue = "")
  private String split;

  @Option(names = "--source", paramLabel = "KIND", defaultValue = "")
  private String source;

  @Override
  public Integer call() throws IOException {
    ProfileReport.Question question = checked(() -> ProfileReport.Question.of(split, source));
    ProfileReport report;
    try (Progress progress = progress()) {
      report =
          new ReadProfile(access(), Path.of(System.getProperty("java.io.tmpdir")))
              .read(question, pairs -> progress.show("reading: %,d pair(|s) so far", pairs));
    }
    String dataset = cluster().dataset().name();
    return answer(
        new ProfileReport.ProfileAnswer(dataset, true, report, Optional.empty()),
        () -> lines(dataset, report).forEach(out()::println));
  }

  /** The lines; whatever producers wrote stands in them as plain text. */
  static List<String> lines(String dataset, ProfileReport profile) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "data set %s: %s accepted pairs".formatted(dataset, TerminalText.count(profile.pairs())));
    profile.since().ifPresent(since -> lines.add("the first record counted is of " + since));
    profile.counts().forEach((name, values) -> shares(lines, name, values));
    profile
        .histograms()
        .forEach((name, bins) -> shares(lines, title(name, bins.unit()), ranges(bins)));
    profile
        .answers()
        .forEach(
            one ->
                lines.add(
                    TerminalText.format(
                        "\nmodel %s: %,d pair(|s) answered, %,d failed, %,d not asked yet",
                        one.card(), one.answered(), one.failed(), one.unanswered())));
    profile
        .truncatedShare()
        .ifPresent(share -> lines.add("\ncaptions with more tokens than fit: " + percent(share)));
    labels(lines, profile.labels(), profile.pairs());
    if (!profile.words().isEmpty()) {
      lines.add("\nwords, and how many captions they stand in");
      String words =
          profile.words().stream()
              .map(word -> name(word.word()) + " " + TerminalText.count(word.count()))
              .collect(Collectors.joining(", "));
      TerminalText.wrapped(words, Table.COLUMNS - 2).forEach(line -> lines.add("  " + line));
    }
    Table producers =
        new Table().row("", "producers", "accepted", "rejected", "copies", "top reason");
    for (ProfileReport.NamedProducer one : profile.producers()) {
      producers.row(
          "",
          name(one.contributor()),
          one.accepted(),
          one.rejected(),
          one.copies(),
          name(one.topReason()));
    }
    lines.add("");
    lines.addAll(producers.lines());
    return lines;
  }

  /** Shares of the pairs that have a label: one may have several. */
  private static void labels(List<String> lines, ProfileReport.Labels labels, long pairs) {
    String title =
        "labels: %s on %s pairs"
            .formatted(
                TerminalText.count(labels.distinct()), TerminalText.count(labels.labelled()));
    String balance =
        labels.evenness().isPresent()
            ? String.format(Locale.ROOT, ", balance %.2f of 1", labels.evenness().getAsDouble())
            : "";
    shares(lines, title + balance, labels.most(), labels.most().isEmpty() ? 0 : pairs);
  }

  private static String title(String name, String unit) {
    return unit.isEmpty() ? name : name + " (" + unit + ")";
  }

  private static void shares(List<String> lines, String title, List<Count> counts) {
    shares(lines, title, counts, counts.stream().mapToLong(Count::count).sum());
  }

  /**
   * A section with a bar for each name that counts; none where nothing does.
   *
   * @param all of which the counts are shares
   */
  private static void shares(List<String> lines, String title, List<Count> counts, long all) {
    Table table = new Table();
    for (Count one : counts) {
      double share = (double) one.count() / all;
      if (one.count() > 0) {
        String bar = TerminalText.bar(share, BAR_COLUMNS);
        table.row("", name(one.value()), bar, one.count(), new Figure(percent(share)));
      }
    }
    if (all > 0) {
      lines.add("\n" + TerminalText.fit(title, Table.COLUMNS));
      lines.addAll(table.lines());
    }
  }

  private static List<Count> ranges(Histogram histogram) {
    List<String> edges =
        histogram.edges().stream()
            .map(edge -> BigDecimal.valueOf(edge).stripTrailingZeros().toPlainString())
            .toList();
    int last = histogram.counts().size() - 1;
    List<Count> ranges = new ArrayList<>();
    for (int bin = 0; bin <= last; bin++) {
      String upTo = bin == last ? " and more" : " to " + edges.get(bin + 1);
      String range = bin == 0 ? "below " + edges.get(1) : edges.get(bin) + upTo;
      ranges.add(new Count(range, histogram.counts().get(bin)));
    }
    return ranges;
  }

  private static String name(String text) {
    return TerminalText.fit(text, NAME_COLUMNS);
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * share);
  }
}

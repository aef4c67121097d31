package io.pairstream.chaos.run;

import io.pairstream.chaos.run.TimeChart.Point;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** One page that says what a run did and what came of it; it needs nothing but a browser. */
final class HtmlReport {

  private static final int WIDE = 1000;
  private static final int NARROW = 320;
  private static final double MIB = 1 << 20;

  private final RunResult run;
  private final StringBuilder page = new StringBuilder();
  private final double seconds;

  private HtmlReport(RunResult run) {
    this.run = run;
    List<Sample> samples = run.samples();
    this.seconds =
        samples.isEmpty()
            ? 1
            : Duration.between(run.began(), samples.get(samples.size() - 1).at()).toMillis() / 1e3;
  }

  /** The whole page. */
  static String of(RunResult run) {
    HtmlReport report = new HtmlReport(run);
    report.head();
    report.checks();
    report.accounts();
    report.timeLine();
    report.kinds();
    report.faults();
    report.memory();
    report.claims();
    report.page.append("</body></html>\n");
    return report.page.toString();
  }

  private void head() {
    page.append("<!DOCTYPE html>\n<html lang='en'><head><meta charset='utf-8'>");
    page.append("<meta name='viewport' content='width=device-width, initial-scale=1'>");
    page.append("<title>Pairstream under faults</title><style>").append(style());
    page.append("</style></head><body><h1>Pairstream under faults</h1>");
    paragraph(
        "quiet",
        "%s UTC · seed %d · %s · %s"
            .formatted(
                run.began()
                    .truncatedTo(ChronoUnit.MINUTES)
                    .toString()
                    .replace("T", " ")
                    .replace("Z", ""),
                run.settings().seed(),
                run.machine(),
                duration(together())));
    paragraph(run.passed() ? "verdict kept" : "verdict broken", run.verdict());
    page.append("<p>To do it again:</p><pre>").append(Html.text(run.command())).append("</pre>");
    List<String> phases = new ArrayList<>();
    run.phases().forEach((phase, took) -> phases.add(phase + " " + duration(took)));
    paragraph("quiet", "How long: " + String.join(", ", phases) + ".");
  }

  private Duration together() {
    return run.phases().values().stream().reduce(Duration.ZERO, Duration::plus);
  }

  private void checks() {
    heading("What was promised");
    List<List<String>> rows = new ArrayList<>();
    for (Check check : run.checks()) {
      rows.add(
          List.of(check.promise(), check.seen(), check.kept() ? "✓\u00a0kept" : "✗\u00a0BROKEN"));
    }
    page.append(Html.table(List.of("Promise", "Seen", ""), rows));
  }

  private void accounts() {
    heading("The accounts");
    paragraph(
        "",
        "After the last fault was healed and nothing waited any more, all topics were read anew"
            + " (read_committed) and compared with what the producers had been acknowledged, by"
            + " topic, partition and offset.");
    List<List<String>> rows = new ArrayList<>();
    run.accounts().figures().forEach((name, count) -> rows.add(List.of(name, count(count))));
    page.append(Html.table(List.of("", "#Records"), rows));
    if (!run.accounts().differences().isEmpty()) {
      page.append("<h3>Differences</h3>").append(Html.list(run.accounts().differences()));
    }
  }

  private void timeLine() {
    heading("Time line");
    Series series = new Series(run.samples(), run.began(), 400);
    page.append(
        "<p class='key'><span class='k1'>records acknowledged per second</span>"
            + " &nbsp; <span class='k2'>outputs committed per second</span> &nbsp; grey: a fault"
            + " lasts; its number is the table's</p>");
    page.append(
        withFaults(new TimeChart(WIDE, 190, seconds, 2), true)
            .line(1, series.perSecond(Sample::acknowledged))
            .line(2, series.perSecond(Sample::outputs))
            .svg("/s", "records acknowledged and outputs committed per second"));
    page.append("<h3>Records that wait for preprocessing</h3>");
    List<Point> lag =
        series.greatest(sample -> sample.lag().isPresent() ? sample.lag().getAsLong() : Double.NaN);
    page.append(
        withFaults(new TimeChart(WIDE, 90, seconds, 0), false)
            .area(3, lag)
            .line(3, lag)
            .svg("", "records that wait for preprocessing"));
    paragraph("quiet", "A gap: the brokers gave no answer then.");
  }

  private TimeChart withFaults(TimeChart chart, boolean numbers) {
    for (FaultEvent event : run.events()) {
      chart.band(
          since(event.began()),
          since(event.healed()),
          numbers ? String.valueOf(event.number()) : "",
          event.number() % 2,
          event.number() + ": " + event.kind() + ": " + event.words());
    }
    return chart;
  }

  private void kinds() {
    heading("Kinds of faults");
    Map<String, List<FaultEvent>> byKind = new TreeMap<>();
    run.events().forEach(e -> byKind.computeIfAbsent(e.kind(), unused -> new ArrayList<>()).add(e));
    List<List<String>> rows = new ArrayList<>();
    byKind.forEach(
        (kind, events) -> {
          Recovery recovery = Recovery.of(events);
          rows.add(
              List.of(
                  kind,
                  count(events.size()),
                  seconds(recovery.median()),
                  seconds(recovery.longest())));
        });
    page.append(Html.table(List.of("Kind", "#Times", "#Median, s", "#Longest, s"), rows));
    paragraph(
        "quiet",
        "Seconds from the fault to the next committed output: on the last of the raw partitions"
            + " that it interrupted and on which records waited, where they are known; else"
            + " anywhere. Faults that take everything away (all disks full) last as long as they"
            + " are set to.");
    if (!run.impossible().isEmpty()) {
      List<String> entries = new ArrayList<>();
      run.impossible().forEach((kind, why) -> entries.add(kind + ": " + why));
      page.append("<h3>Not possible on this machine</h3>").append(Html.list(entries));
    }
  }

  private void faults() {
    heading("Every fault");
    List<List<String>> rows = new ArrayList<>();
    for (FaultEvent event : run.events()) {
      rows.add(
          List.of(
              String.valueOf(event.number()),
              clock(event.began()),
              count(event.acknowledged()),
              event.kind(),
              event.words() + (event.remark().isEmpty() ? "" : " — " + event.remark()),
              seconds(event.lasted()),
              event.toNextOutput().map(HtmlReport::seconds).orElse("–"),
              event.toNextOutputThere().map(HtmlReport::seconds).orElse("–")));
    }
    page.append(
        Html.table(
            List.of(
                "#",
                "#At",
                "#After records",
                "Kind",
                "This one",
                "#Lasted, s",
                "#Next output, s",
                "#There, s"),
            rows));
  }

  private void memory() {
    heading("Memory of each process");
    paragraph(
        "",
        "Resident, without mapped files, in MiB; a process that was killed begins a new line. Judged is each life of"
            + " %d minutes and more: a straight line is fitted to its second half, and may climb by"
                .formatted(MemoryTrend.TELLING.toMinutes())
            + " a tenth of the mean there, or by 16 MiB.");
    TreeSet<String> names = new TreeSet<>();
    run.samples().forEach(sample -> names.addAll(sample.resident().keySet()));
    page.append("<div class='many'>");
    for (String name : names) {
      page.append("<div><h3>").append(Html.text(name)).append("</h3>");
      page.append(
          new TimeChart(NARROW, 60, seconds, 0)
              .line(1, residentMib(name))
              .svg("MiB", "resident memory of " + name));
      page.append("</div>");
    }
    page.append("</div>");
    List<List<String>> rows = new ArrayList<>();
    for (MemoryTrend trend : MemoryTrend.of(run.samples())) {
      if (trend.isTelling()) {
        rows.add(
            List.of(
                trend.process(),
                clock(trend.lived()),
                mib(trend.greatestBytes()),
                mib(trend.meanBytes()),
                mib(trend.climbBytes()),
                trend.isFlat() ? "✓\u00a0flat" : "✗\u00a0CLIMBS"));
      }
    }
    page.append(
        rows.isEmpty()
            ? "<p>No process lived that long.</p>"
            : Html.table(
                List.of(
                    "Process",
                    "#Lived, min:s",
                    "#Most, MiB",
                    "#Mean of the second half",
                    "#Climb over it",
                    ""),
                rows));
  }

  private List<Point> residentMib(String name) {
    List<Point> points = new ArrayList<>();
    long pid = -1;
    int each = Math.max(1, run.samples().size() / 150);
    for (int i = 0; i < run.samples().size(); i += each) {
      Sample sample = run.samples().get(i);
      Optional<Sample.Resident> resident = Optional.ofNullable(sample.resident().get(name));
      long now = resident.map(Sample.Resident::pid).orElse(-1L);
      if (now != pid) {
        points.add(new Point(since(sample.at()), Double.NaN));
        pid = now;
      }
      resident.ifPresent(
          process -> points.add(new Point(since(sample.at()), process.bytes() / MIB)));
    }
    return points;
  }

  private void claims() {
    heading("What this run can claim, and what not");
    long kills = run.events().stream().filter(FaultEvent::isKill).count();
    List<String> claims = new ArrayList<>();
    if (run.accounts().clean() && kills > 0) {
      claims.add(
          String.format(
              Locale.ROOT,
              "No record was lost or doubled in %d kills. If kills were independent of each other,"
                  + " that bounds the rate of failures at 3/%d = %.1f %% per kill with 95 %%"
                  + " confidence (the rule of three). It is no proof of \u201cnever\u201d.",
              kills,
              kills,
              300.0 / kills));
    }
    claims.add(
        "They are not quite independent: all ran on one machine, with one kernel, one disk and the"
            + " same programs, and each was healed before the next but one.");
    claims.add(
        "SIGKILL ends a process, not the machine: what a process had written, the kernel still"
            + " writes to the disk. No loss of power was simulated, nor a disk that lies about what"
            + " it has stored.");
    claims.add(
        "Each choice of fault, moment and victim follows from the seed and the number of"
            + " acknowledged records; what the processes were doing at that very moment does not. A"
            + " second run of a seed repeats the plan, not the interleaving.");
    claims.add(
        "Recovery times hold for this machine, on which everything shares the processors, and for"
            + " this load.");
    claims.addAll(run.notes());
    page.append(Html.list(claims));
  }

  private void heading(String text) {
    page.append("\n<h2>").append(Html.text(text)).append("</h2>\n");
  }

  private void paragraph(String style, String text) {
    page.append("<p class='%s'>".formatted(style)).append(Html.text(text)).append("</p>\n");
  }

  private double since(Instant at) {
    return Math.max(0, Duration.between(run.began(), at).toMillis() / 1e3);
  }

  private String clock(Instant at) {
    return clock(Duration.between(run.began(), at));
  }

  private static String clock(Duration duration) {
    return "%d:%02d".formatted(duration.toMinutes(), duration.toSecondsPart());
  }

  private static String duration(Duration duration) {
    return duration.compareTo(Duration.ofMinutes(2)) < 0
        ? duration.toSeconds() + " s"
        : duration.toMinutes() + " min " + duration.toSecondsPart() + " s";
  }

  private static String seconds(Duration duration) {
    return String.format(Locale.ROOT, "%.1f", duration.toMillis() / 1e3);
  }

  private static String count(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }

  private static String mib(long bytes) {
    return String.format(Locale.ROOT, "%.0f", bytes / MIB);
  }

  private static String style() {
    try (InputStream style = HtmlReport.class.getResourceAsStream("report.css")) {
      return new String(style.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

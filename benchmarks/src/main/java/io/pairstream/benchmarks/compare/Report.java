package io.pairstream.benchmarks.compare;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.benchmarks.compare.Corpus.FileSet;
import io.pairstream.benchmarks.compare.Results.Measured;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The figures as one JSON object, and the same object as a table. */
final class Report {

  private static final FileSet[] JPEG = {FileSet.JPEG};
  private static final FileSet[] MIXED = {FileSet.JPEG, FileSet.OTHER};
  private static final FileSet[] LARGE = {FileSet.LARGE};

  private Report() {}

  private static double ratio(double ours, double theirs) {
    return ours / theirs;
  }

  /** How much more processor time a picture takes on the other way. */
  private static double cost(double direct, double crossing) {
    return direct / crossing - 1;
  }

  /**
   * The figures that decide, each a median over the rounds, and {@code null} where a side of it is
   * absent; then where they come from.
   */
  static ObjectNode of(Results results) {
    ObjectNode report = JsonNodeFactory.instance.objectNode();
    Optional<Measured> ours = results.named(Results.IN_PROCESS);
    Optional<Measured> workers = results.named(Results.THROUGH_WORKERS);
    Optional<Measured> img2dataset = results.named("img2dataset");
    Optional<Measured> torchvision = results.best("torchvision");
    Optional<Measured> floor = results.named(Results.FLOOR);

    ObjectNode spreads = JsonNodeFactory.instance.objectNode();
    put(
        report,
        spreads,
        "vs_img2dataset",
        Results.compared(ours, img2dataset, Report::ratio, JPEG));
    put(
        report,
        spreads,
        "vs_torchvision",
        Results.compared(ours, torchvision, Report::ratio, JPEG));
    put(
        report,
        spreads,
        "vs_torchvision_mixed",
        Results.compared(ours, torchvision, Report::ratio, MIXED));
    put(report, spreads, "share_of_floor", Results.compared(ours, floor, Report::ratio, JPEG));
    put(report, spreads, "worker_cost", Results.compared(ours, workers, Report::cost, JPEG));
    put(
        report,
        spreads,
        "vs_img2dataset_mixed",
        Results.compared(ours, img2dataset, Report::ratio, MIXED));
    put(report, spreads, "worker_cost_mixed", Results.compared(ours, workers, Report::cost, MIXED));
    report.set("spread_over_rounds", spreads);

    ObjectNode large = report.putObject("large");
    ObjectNode largeSpreads = JsonNodeFactory.instance.objectNode();
    put(
        large,
        largeSpreads,
        "vs_img2dataset",
        Results.compared(ours, img2dataset, Report::ratio, LARGE));
    put(
        large,
        largeSpreads,
        "vs_torchvision",
        Results.compared(ours, torchvision, Report::ratio, LARGE));
    put(large, largeSpreads, "share_of_floor", Results.compared(ours, floor, Report::ratio, LARGE));
    put(large, largeSpreads, "worker_cost", Results.compared(ours, workers, Report::cost, LARGE));
    large.set("spread_over_rounds", largeSpreads);

    ObjectNode contenders = report.putObject("contenders");
    for (Measured each : results.contenders()) {
      contenders.set(each.name(), contender(each));
    }
    return report;
  }

  private static ObjectNode contender(Measured each) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("version", each.version()).put("calls", each.calls());
    ObjectNode perCore = node.putObject("images_per_cpu_second");
    putSpread(perCore, "jpeg", Results.perCore(each, JPEG));
    putSpread(perCore, "mixed", Results.perCore(each, MIXED));
    putSpread(perCore, "large", Results.perCore(each, LARGE));
    ObjectNode two = node.putObject("two_workers");
    putSpread(
        two, "images_per_cpu_second", Results.spread(each.together(), Pass::perCpuSecond, JPEG));
    putSpread(two, "images_per_second", Results.spread(each.together(), Pass::perWallSecond, JPEG));
    Optional<Spread> one = Results.spread(each.alone(), Pass::perWallSecond, JPEG);
    Results.spread(each.together(), Pass::perWallSecond, JPEG)
        .ifPresent(wall -> two.put("speed_up", rounded(wall.median() / one.get().median(), 2)));
    ObjectNode failures = node.putObject("failures");
    each.alone().stream()
        .reduce((first, last) -> last)
        .orElse(Map.of())
        .forEach((set, pass) -> failures.put(set.label(), failures(pass)));
    return node;
  }

  /** Of one time through the set, however often it was gone through. */
  private static double failures(Pass pass) {
    return rounded((double) pass.failures() / Math.max(1, pass.images() + pass.failures()), 4);
  }

  private static void put(
      ObjectNode figures, ObjectNode spreads, String key, Optional<Spread> spread) {
    if (spread.isEmpty()) {
      figures.putNull(key);
      return;
    }
    figures.put(key, rounded(spread.get().median(), 3));
    putSpread(spreads, key, spread);
  }

  private static void putSpread(ObjectNode node, String key, Optional<Spread> spread) {
    spread.ifPresent(
        it ->
            node.putObject(key)
                .put("median", rounded(it.median(), 3))
                .put("min", rounded(it.min(), 3))
                .put("max", rounded(it.max(), 3)));
  }

  private static double rounded(double value, int digits) {
    double scale = Math.pow(10, digits);
    return Math.round(value * scale) / scale;
  }

  /** A table of at most 100 columns. */
  static String inWords(ObjectNode report) {
    StringBuilder text = new StringBuilder();
    line(text, "%s", report.path("machine").path("in_words").asText());
    report
        .path("corpus")
        .properties()
        .forEach(
            set ->
                line(
                    text,
                    "%-6s %6d files %8.1f MB %8.1f megapixels",
                    set.getKey(),
                    set.getValue().path("files").asLong(),
                    set.getValue().path("bytes").asLong() / 1e6,
                    set.getValue().path("megapixels").asDouble()));
    line(text, "");
    line(
        text,
        "Pictures per second of processor time, one worker: median (least-most of the rounds)");
    line(text, "Two workers: pictures per second on the clock, and how much more than with one");
    line(
        text,
        "%-18s %-18s %-18s %-18s %-12s %-9s",
        "contender",
        "JPEG",
        "mixed",
        "large",
        "two workers",
        "SSIM>=.99");
    report
        .path("contenders")
        .properties()
        .forEach(each -> row(text, each.getKey(), each.getValue(), report.path("quality")));
    line(text, "");
    for (String key :
        List.of(
            "vs_img2dataset",
            "vs_torchvision",
            "vs_torchvision_mixed",
            "share_of_floor",
            "worker_cost")) {
      JsonNode spread = report.path("spread_over_rounds").path(key);
      line(
          text,
          "%-22s %8s   %s",
          key,
          report.path(key).isNull() ? "absent" : report.path(key).asText(),
          spread.isMissingNode()
              ? ""
              : "rounds " + spread.path("min").asText() + " to " + spread.path("max").asText());
    }
    for (String key : List.of("captions", "tokens")) {
      if (report.has(key)) {
        line(text, "%-22s %s", key, report.get(key));
      }
    }
    report
        .path("absent")
        .properties()
        .forEach(each -> line(text, "absent: %s: %s", each.getKey(), each.getValue().asText()));
    return text.toString();
  }

  private static void row(StringBuilder text, String name, JsonNode contender, JsonNode quality) {
    JsonNode perCore = contender.path("images_per_cpu_second");
    JsonNode two = contender.path("two_workers");
    JsonNode share = quality.path(name).path("all").path("share_ssim_at_least_0.99");
    line(
        text,
        "%-18s %-18s %-18s %-18s %-12s %-9s",
        name,
        cell(perCore.path("jpeg")),
        cell(perCore.path("mixed")),
        cell(perCore.path("large")),
        two.has("images_per_second")
            ? String.format(
                Locale.ROOT,
                "%.0f (x%.2f)",
                two.path("images_per_second").path("median").asDouble(),
                two.path("speed_up").asDouble())
            : "-",
        share.isMissingNode()
            ? "-"
            : String.format(Locale.ROOT, "%.1f %%", share.asDouble() * 100));
  }

  private static String cell(JsonNode spread) {
    return spread.isMissingNode()
        ? "-"
        : String.format(
            Locale.ROOT,
            "%.0f (%.0f-%.0f)",
            spread.path("median").asDouble(),
            spread.path("min").asDouble(),
            spread.path("max").asDouble());
  }

  private static void line(StringBuilder text, String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values).stripTrailing()).append('\n');
  }
}

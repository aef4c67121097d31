package io.pairstream.benchmarks.compare;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.benchmarks.Pass;
import io.pairstream.benchmarks.Spread;
import io.pairstream.benchmarks.compare.Corpus.FileSet;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/**
 * The figures, from what every contender did in every round.
 *
 * @param contenders in the order in which they ran
 */
record Report(List<Measured> contenders) {

  static final String IN_PROCESS = "pairstream";
  static final String BY_DEFAULT = "pairstream-default";
  static final String THROUGH_WORKERS = "pairstream-workers";
  static final String FLOOR = "floor";

  private static final JsonMapper JSON = new JsonMapper();
  private static final List<FileSet> JPEG = List.of(FileSet.JPEG);
  private static final List<FileSet> MIXED = List.of(FileSet.JPEG, FileSet.OTHER);
  private static final List<FileSet> LARGE = List.of(FileSet.LARGE);

  /**
   * One contender's rounds; the first, which warms up, is not among them.
   *
   * @param version of whatever does the work
   * @param calls how it is used
   * @param alone with one worker; one element per round
   * @param together with two workers; one element per round, which may be fewer
   */
  record Measured(
      String name,
      String version,
      String calls,
      List<Map<FileSet, Pass>> alone,
      List<Map<FileSet, Pass>> together) {

    /** Pictures per second of processor time with one worker, of each round. */
    List<Double> perCore(List<FileSet> sets) {
      return figures(alone, Pass::perCpuSecond, sets);
    }
  }

  /**
   * The figures that decide, each a median over the rounds, and {@code null} where a side of it is
   * absent; then where they come from.
   */
  ObjectNode json() {
    ObjectNode report = JSON.createObjectNode();
    decide(report, "", JPEG);
    decide(report, "_mixed", MIXED);
    decide(report.putObject("large"), "", LARGE);
    ObjectNode all = report.putObject("contenders");
    contenders.forEach(each -> describe(each, all.putObject(each.name())));
    return report;
  }

  private void decide(ObjectNode figures, String suffix, List<FileSet> sets) {
    DoubleBinaryOperator ratio = (ours, theirs) -> ours / theirs;
    compare(figures, "vs_img2dataset" + suffix, "img2dataset"::equals, ratio, sets);
    // Of a peer with several ways the fastest counts.
    compare(figures, "vs_torchvision" + suffix, it -> it.startsWith("torchvision"), ratio, sets);
    compare(figures, "share_of_floor" + suffix, FLOOR::equals, ratio, sets);
    DoubleBinaryOperator more = (direct, through) -> direct / through - 1;
    compare(figures, "worker_cost" + suffix, THROUGH_WORKERS::equals, more, sets);
  }

  /** Puts a function of two contenders' speeds per core, taken round by round. */
  private void compare(
      ObjectNode figures,
      String key,
      Predicate<String> peer,
      DoubleBinaryOperator function,
      List<FileSet> sets) {
    List<Double> ours = fastest(IN_PROCESS::equals, sets);
    List<Double> theirs = fastest(peer, sets);
    if (ours.isEmpty() || ours.size() != theirs.size()) {
      figures.putNull(key);
      return;
    }
    Spread spread = Spread.paired(ours, theirs, function);
    figures.put(key, spread.median());
    figures.withObjectProperty("spread_over_rounds").set(key, JSON.valueToTree(spread));
  }

  private List<Double> fastest(Predicate<String> name, List<FileSet> sets) {
    return contenders.stream()
        .filter(each -> name.test(each.name()))
        .map(each -> each.perCore(sets))
        .filter(figures -> !figures.isEmpty())
        .max(Comparator.comparingDouble(figures -> Spread.of(figures).median()))
        .orElse(List.of());
  }

  private static void describe(Measured contender, ObjectNode json) {
    json.put("version", contender.version()).put("calls", contender.calls());
    ObjectNode perCore = json.putObject("images_per_cpu_second");
    put(perCore, "jpeg", contender.perCore(JPEG));
    put(perCore, "mixed", contender.perCore(MIXED));
    put(perCore, "large", contender.perCore(LARGE));
    ObjectNode two = json.putObject("two_workers");
    put(two, "images_per_cpu_second", figures(contender.together(), Pass::perCpuSecond, JPEG));
    put(two, "images_per_second", figures(contender.together(), Pass::perWallSecond, JPEG));
    ObjectNode failures = json.putObject("failures");
    if (!contender.alone().isEmpty()) {
      contender
          .alone()
          .get(contender.alone().size() - 1)
          .forEach((set, pass) -> failures.put(set.label(), pass.failureShare()));
    }
  }

  private static void put(ObjectNode json, String key, List<Double> figures) {
    if (!figures.isEmpty()) {
      json.set(key, JSON.valueToTree(Spread.of(figures)));
    }
  }

  /** One figure per round in which something came of each of the sets. */
  private static List<Double> figures(
      List<Map<FileSet, Pass>> rounds, ToDoubleFunction<Pass> figure, List<FileSet> sets) {
    return rounds.stream()
        .filter(
            round ->
                sets.stream().allMatch(set -> round.getOrDefault(set, Pass.NOTHING).images() > 0))
        .map(round -> sets.stream().map(round::get).reduce(Pass.NOTHING, Pass::plus))
        .filter(pass -> pass.cpuSeconds() > 0)
        .map(figure::applyAsDouble)
        .toList();
  }
}

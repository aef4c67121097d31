package io.pairstream.benchmarks.compare;

import io.pairstream.benchmarks.compare.Corpus.FileSet;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleBinaryOperator;
import java.util.function.ToDoubleFunction;

/**
 * What every contender did in every round.
 *
 * @param contenders in the order in which they ran
 */
record Results(List<Measured> contenders) {

  static final String IN_PROCESS = "pairstream";
  static final String BY_DEFAULT = "pairstream-default";
  static final String THROUGH_WORKERS = "pairstream-workers";
  static final String FLOOR = "floor";

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
      List<Map<FileSet, Pass>> together) {}

  /** The faster of those whose names start alike: a peer is measured by its best way. */
  Optional<Measured> best(String start) {
    return contenders.stream()
        .filter(each -> each.name().startsWith(start))
        .max(Comparator.comparingDouble(each -> perCore(each, FileSet.JPEG).get().median()));
  }

  Optional<Measured> named(String name) {
    return contenders.stream().filter(each -> each.name().equals(name)).findFirst();
  }

  /** Pictures per second of processor time, with one worker. */
  static Optional<Spread> perCore(Measured contender, FileSet... sets) {
    return spread(contender.alone(), Pass::perCpuSecond, sets);
  }

  static Optional<Spread> spread(
      List<Map<FileSet, Pass>> rounds, ToDoubleFunction<Pass> figure, FileSet... sets) {
    List<Double> figures = figures(rounds, figure, sets);
    return figures.isEmpty() ? Optional.empty() : Optional.of(Spread.of(figures));
  }

  /** A function of two contenders' speeds per core, round by round. */
  static Optional<Spread> compared(
      Optional<Measured> ours,
      Optional<Measured> theirs,
      DoubleBinaryOperator function,
      FileSet... sets) {
    if (ours.isEmpty() || theirs.isEmpty()) {
      return Optional.empty();
    }
    List<Double> our = figures(ours.get().alone(), Pass::perCpuSecond, sets);
    List<Double> their = figures(theirs.get().alone(), Pass::perCpuSecond, sets);
    return our.isEmpty() || our.size() != their.size()
        ? Optional.empty()
        : Optional.of(Spread.paired(our, their, function));
  }

  /** One figure per round in which something came of each of the sets. */
  private static List<Double> figures(
      List<Map<FileSet, Pass>> rounds, ToDoubleFunction<Pass> figure, FileSet... sets) {
    List<FileSet> wanted = List.of(sets);
    return rounds.stream()
        .filter(
            round ->
                wanted.stream().allMatch(set -> round.getOrDefault(set, Pass.NOTHING).images() > 0))
        .map(round -> wanted.stream().map(round::get).reduce(Pass.NOTHING, Pass::plus))
        .filter(pass -> pass.cpuSeconds() > 0)
        .map(figure::applyAsDouble)
        .toList();
  }
}

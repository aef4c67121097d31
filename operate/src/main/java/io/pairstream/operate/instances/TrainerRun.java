package io.pairstream.operate.instances;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A trainer's run over a view, as its ranks report it.
 *
 * @param run its name
 * @param view fingerprint or name of its view; empty where it is not said, as of a mix
 * @param epoch of the rank that is least far, from 0; NaN where not known
 * @param step of its last batch in that epoch, from 0; NaN where not known
 * @param epochShare how much of that epoch is handed out, 0 to 1; NaN where not known
 * @param ranks number of ranks that report
 * @param missing numbers of those that do not
 * @param dataWaitShare share of its time that the rank which waited most waited for data of late
 * @param leftOut samples that each epoch leaves out, which fill no batch; NaN where not known
 * @param takedowns that are heeded; NaN where not known
 * @param checkpoint name of the last one that was noted; empty where none was
 */
record TrainerRun(
    String run,
    String view,
    String split,
    double epoch,
    double step,
    double epochShare,
    int ranks,
    List<Integer> missing,
    double dataWaitShare,
    double leftOut,
    double takedowns,
    String checkpoint) {

  /** The runs of which a rank reports, by name. */
  static List<TrainerRun> of(List<Instance> instances) {
    Map<String, List<Instance>> runs =
        instances.stream()
            .filter(one -> one.service().equals("feed") && !one.silent())
            .filter(one -> one.status().getFacts().containsKey("run"))
            .sorted(Comparator.comparingInt(one -> number(one, "rank", 0)))
            .collect(
                Collectors.groupingBy(TrainerRun::name, LinkedHashMap::new, Collectors.toList()));
    return runs.entrySet().stream()
        .map(run -> of(run.getKey(), run.getValue()))
        .sorted(Comparator.comparing(TrainerRun::run))
        .toList();
  }

  private static TrainerRun of(String name, List<Instance> ranks) {
    Instance last =
        ranks.stream()
            .min(
                Comparator.comparingDouble((Instance one) -> one.value("feed_epoch"))
                    .thenComparingDouble(one -> one.value("feed_step")))
            .orElseThrow();
    List<Integer> present = ranks.stream().map(one -> number(one, "rank", 0)).toList();
    int all = ranks.stream().mapToInt(one -> number(one, "ranks", 1)).max().orElse(1);
    return new TrainerRun(
        name,
        last.fact("view"),
        last.fact("split"),
        last.value("feed_epoch"),
        last.value("feed_step"),
        last.value("feed_epoch_share"),
        (int) present.stream().distinct().count(),
        IntStream.range(0, all).boxed().filter(rank -> !present.contains(rank)).toList(),
        most(ranks, one -> Math.min(1, one.rate("feed_data_wait_seconds_total"))),
        last.value("feed_left_out_samples"),
        most(ranks, one -> one.value("feed_takedowns")),
        ranks.get(0).fact("checkpoint"));
  }

  /** The highest one that is known; NaN where none is. */
  private static double most(List<Instance> ranks, ToDoubleFunction<Instance> of) {
    return ranks.stream().mapToDouble(of).filter(Double::isFinite).max().orElse(Double.NaN);
  }

  private static String name(Instance one) {
    String given = one.fact("name");
    return given.isEmpty() ? one.fact("run") : given;
  }

  /** Processes may report anything in place of a number. */
  private static int number(Instance one, String name, int otherwise) {
    String said = one.fact(name);
    return said.matches("[0-9]{1,5}") ? Integer.parseInt(said) : otherwise;
  }
}

package io.pairstream.benchmarks.compare;

import io.pairstream.benchmarks.Contender;
import io.pairstream.benchmarks.Pass;
import io.pairstream.benchmarks.compare.Corpus.FileSet;
import io.pairstream.benchmarks.compare.Report.Measured;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Every round asks each contender once, and each round begins with another one, so that whatever
 * else the machine does falls on all alike. One round before the others warms up.
 */
final class Rounds {

  private static final int MOST_WITH_TWO = 3;

  /** So much longer than a round that counts: a Java machine compiles as it goes. */
  private static final int WARM_UP_FACTOR = 3;

  private final List<Contender> contenders;
  private final Map<String, String> absent;
  private final double seconds;

  /**
   * @param contenders those that started; one that fails later is taken out and closed
   * @param absent takes the names of those, with the reason
   * @param seconds of processor time that each has with each set in each round, at least
   */
  Rounds(List<Contender> contenders, Map<String, String> absent, double seconds) {
    this.contenders = contenders;
    this.absent = absent;
    this.seconds = seconds;
  }

  /** All sets with one worker, then the JPEGs with two. */
  Report run(int rounds, Corpus corpus) {
    List<FileSet> all = List.copyOf(corpus.sets().keySet());
    List<FileSet> jpeg = List.of(FileSet.JPEG);
    var unused = interleave("warm-up", 1, 1, all, WARM_UP_FACTOR * seconds);
    Map<String, List<Map<FileSet, Pass>>> alone = interleave("round", rounds, 1, all, seconds);
    unused = interleave("warm-up with two workers", 1, 2, jpeg, WARM_UP_FACTOR * seconds);
    Map<String, List<Map<FileSet, Pass>>> together =
        interleave("round with two workers", Math.min(rounds, MOST_WITH_TWO), 2, jpeg, seconds);
    return new Report(
        contenders.stream()
            .map(
                each ->
                    new Measured(
                        each.name(),
                        each.version(),
                        each.calls(),
                        alone.get(each.name()),
                        together.get(each.name())))
            .toList());
  }

  private Map<String, List<Map<FileSet, Pass>>> interleave(
      String what, int count, int workers, List<FileSet> sets, double atLeast) {
    Map<String, List<Map<FileSet, Pass>>> figures = new LinkedHashMap<>();
    for (int round = 0; round < count; round++) {
      Compare.say(what + " " + (round + 1) + " of " + count);
      List<Contender> order = new ArrayList<>(contenders);
      Collections.rotate(order, -round);
      for (Contender contender : order) {
        try {
          Map<FileSet, Pass> passes = new EnumMap<>(FileSet.class);
          for (FileSet set : sets) {
            passes.put(set, contender.pass(set.label(), workers, atLeast));
          }
          figures.computeIfAbsent(contender.name(), name -> new ArrayList<>()).add(passes);
        } catch (IOException e) {
          absent.put(contender.name(), e.getMessage());
          contenders.remove(contender);
          contender.close();
        }
      }
    }
    return figures;
  }
}

package io.pairstream.operations.lag.verdict;

import java.util.List;

/**
 * What is usual for a group on a partition.
 *
 * @param gaps seconds from one commit that moves on to the next while records wait, the last 16
 * @param absences seconds for which nobody was there, likewise
 * @param resident whether it was ever there for so long that it seems to run always
 */
public record LearntPace(List<Float> gaps, List<Float> absences, boolean resident) {

  public LearntPace {
    gaps = List.copyOf(gaps);
    absences = List.copyOf(absences);
  }
}

package io.pairstream.chaos.run;

import io.pairstream.chaos.faults.Fault;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** The faults that a run can choose from. */
interface FaultChoice {

  /** Kinds that can be done on this machine, in an order that is always the same. */
  List<String> possible();

  /** The other kinds, each with the reason. */
  Map<String, String> impossible();

  /** Processes that ended though nobody ended them, and were not started again. */
  default List<String> endedByThemselves() {
    return List.of();
  }

  /** One of that kind, against what runs now. */
  Fault next(String kind, SplittableRandom random);
}

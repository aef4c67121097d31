package io.pairstream.operate.threshold;

import io.pairstream.cleaning.Measured.Bound;
import io.pairstream.operate.profile.Histogram;
import io.pairstream.operate.threshold.Threshold.Valued;
import java.util.List;
import java.util.Optional;

/** The numbers that pairs have of one answer or measure, in the catalogue as of one moment. */
interface Numbers {

  /** How they are spread over published pairs; empty where none has one. */
  Optional<Histogram> histogram();

  /** How many there are. */
  long count();

  /** How many pairs have none because the model failed. */
  long failed();

  /** How many keep a limit. */
  long count(Bound bound, double limit);

  /** The number of that rank, from 0 for the least; it must be there. */
  double ranked(long rank);

  /** Pairs that keep a limit, or those that break it, the nearest to it first. */
  List<Valued> nearest(Bound bound, double limit, boolean keeping, int most);
}

package io.pairstream.ingest.batches;

import io.pairstream.service.http.Principal;
import java.util.HashMap;
import java.util.Map;

/**
 * Places for data sets of one format, of which each that is read holds disk or memory beyond what
 * batches share. A producer with a key has a few of them; where nobody has a key, all are one
 * producer, and it may have every place. Thread-safe.
 */
final class DataSetPlaces {

  private final int places;
  private final int mostOfOne;
  private final Map<String, Integer> held = new HashMap<>();
  private int taken;

  /**
   * @param places data sets at once; at least 1
   * @param mostOfOne how many of them a producer with a key may have; at least 1
   */
  DataSetPlaces(int places, int mostOfOne) {
    this.places = places;
    this.mostOfOne = mostOfOne;
  }

  /** Takes a place, or says that there is none. */
  synchronized boolean take(String producer) {
    boolean isOneOfSeveral = !producer.equals(Principal.ANONYMOUS.producer());
    if (taken == places || (isOneOfSeveral && held.getOrDefault(producer, 0) == mostOfOne)) {
      return false;
    }
    taken++;
    held.merge(producer, 1, Integer::sum);
    return true;
  }

  /** Gives a place back that was taken. */
  synchronized void giveBack(String producer) {
    taken--;
    held.computeIfPresent(producer, (name, own) -> own == 1 ? null : own - 1);
  }
}

package io.pairstream.ingest.batches;

import io.pairstream.ingest.http.Principal;
import java.util.HashMap;
import java.util.Map;

/**
 * Places for Parquet files, which lie on disk while they are read. A producer with a key has one at
 * most; where nobody has a key, all are one producer, and it may have every place. Thread-safe.
 */
final class ParquetPlaces {

  private final int places;
  private final Map<String, Integer> held = new HashMap<>();
  private int taken;

  ParquetPlaces(int places) {
    this.places = places;
  }

  /** Takes a place, or says that there is none. */
  synchronized boolean take(String producer) {
    boolean isOneOfSeveral = !producer.equals(Principal.ANONYMOUS.producer());
    if (taken == places || (isOneOfSeveral && held.containsKey(producer))) {
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

package io.pairstream.operations.takedown;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.CommittedLog;
import io.pairstream.schemas.Takedown;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The takedowns in force, by key, as they stand on their topic. */
final class TakedownBook {

  private final Map<String, Takedown> inForce = new LinkedHashMap<>();

  private TakedownBook() {}

  /** What is lifted or cannot be read takes nothing down. */
  static TakedownBook read(ClusterAccess cluster, CommittedLog log) {
    TakedownBook book = new TakedownBook();
    log.readAll(
        cluster.topics().takedowns(),
        (key, read) -> {
          book.inForce.remove(key); // so that the order is that of the last records
          read.ifPresent(takedown -> book.inForce.put(key, takedown));
        });
    return book;
  }

  Optional<Takedown> of(String key) {
    return Optional.ofNullable(inForce.get(key));
  }

  /** All of them, by key. */
  Map<String, Takedown> all() {
    return inForce;
  }
}

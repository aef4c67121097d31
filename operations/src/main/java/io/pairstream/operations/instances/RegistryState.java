package io.pairstream.operations.instances;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.schemas.wire.MissingSchemaException;
import io.pairstream.schemas.wire.RegistryUnavailableException;

/**
 * How the schema registry is.
 *
 * @param known whether it was asked yet
 * @param up whether it answers, and holds our schemas
 * @param milliseconds that its answer took; NaN where there was none
 * @param sentence all that in words
 */
record RegistryState(boolean known, boolean up, double milliseconds, String sentence) {

  static final RegistryState UNKNOWN =
      new RegistryState(false, false, Double.NaN, "the registry has not been asked yet");

  /** Asks it for the id of one of our schemas. */
  static RegistryState ask(ClusterAccess cluster) {
    long begin = System.nanoTime();
    try {
      cluster.requireRegistry();
      double took = (System.nanoTime() - begin) / 1e6;
      return new RegistryState(true, true, took, "it answers");
    } catch (RegistryUnavailableException | MissingSchemaException e) {
      return new RegistryState(true, false, Double.NaN, String.valueOf(e.getMessage()));
    }
  }
}

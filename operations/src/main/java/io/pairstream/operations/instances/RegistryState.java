package io.pairstream.operations.instances;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.sentence.Sentence;
import io.pairstream.operations.sentence.Template;
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
record RegistryState(boolean known, boolean up, double milliseconds, Sentence sentence) {

  static final RegistryState UNKNOWN =
      new RegistryState(false, false, Double.NaN, Template.REGISTRY_NOT_ASKED.with());

  /** Asks it for the id of one of our schemas. */
  static RegistryState ask(ClusterAccess cluster) {
    long begin = System.nanoTime();
    try {
      cluster.requireRegistry();
      double took = (System.nanoTime() - begin) / 1e6;
      return new RegistryState(true, true, took, Template.REGISTRY_ANSWERS.with());
    } catch (RegistryUnavailableException | MissingSchemaException e) {
      return new RegistryState(
          true, false, Double.NaN, Template.REGISTRY_FAILS.with(e.getMessage()));
    }
  }
}

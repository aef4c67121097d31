package io.pairstream.operations.instances;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.instances.BrokerState.State;
import io.pairstream.operations.sentence.Sentence;
import io.pairstream.operations.sentence.Template;
import io.pairstream.schemas.wire.MissingSchemaException;
import io.pairstream.schemas.wire.RegistryUnavailableException;

/**
 * How the schema registry is.
 *
 * @param state UP where it answers, and holds our schemas
 * @param sentence the same in words
 * @param ms milliseconds that its answer took; NaN where there was none
 */
record RegistryState(State state, Sentence sentence, double ms) {

  static final RegistryState UNKNOWN =
      new RegistryState(State.UNKNOWN, Template.REGISTRY_NOT_ASKED.with(), Double.NaN);

  /** Asks it for the id of one of our schemas. */
  static RegistryState ask(ClusterAccess cluster) {
    long begin = System.nanoTime();
    try {
      cluster.requireRegistry();
      double took = (System.nanoTime() - begin) / 1e6;
      return new RegistryState(State.UP, Template.REGISTRY_ANSWERS.with(), took);
    } catch (RegistryUnavailableException | MissingSchemaException e) {
      return new RegistryState(
          State.DOWN, Template.REGISTRY_FAILS.with(e.getMessage()), Double.NaN);
    }
  }
}

package io.pairstream.operations.instances;

import io.pairstream.operations.sentence.Sentence;
import io.pairstream.operations.sentence.Template;
import java.util.List;

/**
 * How the brokers are.
 *
 * @param state how they are in one word
 * @param sentence the same in words
 * @param nodes those that are there, by id
 * @param underReplicated partitions of the data set whose copies are not all up to date
 * @param offline partitions of the data set that nobody leads
 */
public record BrokerState(
    State state, Sentence sentence, List<Broker> nodes, int underReplicated, int offline) {

  /** In one word. */
  public enum State {
    UNKNOWN,
    UP,
    DEGRADED,
    DOWN
  }

  /** A broker that is there. */
  public record Broker(int id, String host) {}

  static final BrokerState UNKNOWN = without(State.UNKNOWN, Template.BROKERS_NOT_ASKED.with());

  static BrokerState without(State state, Sentence sentence) {
    return new BrokerState(state, sentence, List.of(), 0, 0);
  }
}

package io.pairstream.chaos.faults;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/** Something that is done to a cluster once, and undone. */
public interface Fault {

  /** What is done, the same for all of its kind: {@code kill -9 of a partition leader}. */
  String kind();

  /** What this one did, to whom; the kind alone before it was injected. */
  String words();

  /** Why it cannot be done here; empty where it can. */
  Optional<String> impossible();

  /** Does it. */
  void inject() throws Exception;

  /**
   * Brings back what it took, and returns once that answers; done always, also after an injection
   * that failed.
   */
  void heal() throws Exception;

  /**
   * Whether an instance or a broker is ended by SIGKILL while others can take over, so that the
   * time from there to the next output is a take-over's.
   */
  default boolean kills() {
    return false;
  }

  /** Whether a process may end by itself meanwhile, such as a broker that has no disk left. */
  default boolean mayEndProcesses() {
    return false;
  }

  /**
   * When it struck, behind what the cluster was asked before; empty where that is when it was
   * injected.
   */
  default Optional<Instant> struckAt() {
    return Optional.empty();
  }

  /** How long it is kept up between the two. */
  Duration lasts();

  /** Raw partitions whose work it interrupts, as known at injection; empty for unknown, or all. */
  Set<TopicPartition> touches();
}

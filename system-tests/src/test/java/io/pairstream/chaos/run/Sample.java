package io.pairstream.chaos.run;

import java.time.Instant;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What was seen at a moment.
 *
 * @param acknowledged records so far
 * @param outputs committed ones so far
 * @param lag records that wait for preprocessing; empty where the brokers gave no answer
 * @param resident of each running process, by its name
 */
record Sample(
    Instant at, long acknowledged, long outputs, OptionalLong lag, Map<String, Resident> resident) {

  /**
   * A process's memory.
   *
   * @param pid tells one life of the process from the next
   * @param bytes resident
   */
  record Resident(long pid, long bytes) {}
}

package io.pairstream.chaos.load;

import java.time.Duration;

/**
 * How a load is sent.
 *
 * @param records how many, at least 1
 * @param kafkaThreads producers with a Kafka client, at least 1
 * @param httpThreads producers that go through the front doors; 0 where there are none
 * @param recordsPerSecond of all together; 0 as fast as it goes
 * @param deliveryTimeout how long a Kafka client tries before a record's fate is unknown, at least
 *     10 s
 */
public record ProducersPlan(
    long records,
    int kafkaThreads,
    int httpThreads,
    double recordsPerSecond,
    Duration deliveryTimeout) {

  /** One of so many good pairs goes through a front door, where there are any. */
  static final int HTTP_EVERY = 10;

  public ProducersPlan {
    if (records < 1 || kafkaThreads < 1 || httpThreads < 0 || !(recordsPerSecond >= 0)) {
      throw new IllegalArgumentException(
          "a load has records and threads: "
              + records
              + " records, "
              + kafkaThreads
              + " threads for Kafka, "
              + httpThreads
              + " for HTTP, "
              + recordsPerSecond
              + " records per second");
    }
    if (deliveryTimeout.toSeconds() < 10) {
      throw new IllegalArgumentException(
          "a client tries for at least 10 s, not " + deliveryTimeout);
    }
  }

  /** Three producers with a Kafka client, and as many by HTTP as are asked for. */
  public static ProducersPlan of(long records, int httpThreads) {
    return new ProducersPlan(records, 3, httpThreads, 0, Duration.ofSeconds(30));
  }
}

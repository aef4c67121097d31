package io.pairstream.preprocess.world;

import static io.pairstream.preprocess.world.RestingConsumer.REST;
import static io.pairstream.preprocess.world.RestingConsumer.SILENCE;
import static io.pairstream.preprocess.world.RestingConsumer.USUAL;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RestingConsumerTest {

  private static final int POLLS = 20;

  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1);
  private final RestingConsumer consumer =
      new RestingConsumer(
          Map.of("bootstrap.servers", "127.0.0.1:1", "group.id", "any"), nanos::get);

  @AfterEach
  void close() {
    consumer.close(CloseOptions.timeout(Duration.ZERO));
  }

  @Test
  void pollsLongerAfterASilenceUntilSomethingComes() {
    nanos.addAndGet(SILENCE.toNanos());
    assertThat(consumer.longer(USUAL)).as("something may be left to commit").isEqualTo(USUAL);

    nanos.incrementAndGet();
    assertThat(consumer.longer(USUAL)).isEqualTo(REST);

    consumer.notePolled(true, 0);
    nanos.addAndGet(SILENCE.toNanos() + 1);
    assertThat(consumer.longer(USUAL)).as("until now its records were worked on").isEqualTo(USUAL);

    consumer.notePolled(false, 0);
    nanos.addAndGet(SILENCE.toNanos() + 1);
    assertThat(consumer.longer(USUAL)).isEqualTo(REST);

    consumer.notePolled(false, 1);
    assertThat(consumer.longer(USUAL)).as("partitions are assigned").isEqualTo(USUAL);
  }

  @Test
  void doesNotWaitShorterThanItIs() {
    nanos.addAndGet(SILENCE.toNanos() + 1);

    assertThat(consumer.longer(SILENCE)).isEqualTo(SILENCE);
  }

  /** Kafka Streams polls so while it waits for the answer to a join. */
  @Test
  void pollsThatDoNotWaitTakeNoProcessorWithoutBrokers() {
    consumer.subscribe(List.of("any"));
    assertThat(consumer.longer(Duration.ZERO)).as("others may work meanwhile").isZero();
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    consumer.poll(Duration.ZERO); // loads classes
    nanos.addAndGet(SILENCE.toNanos() + 1);
    assertThat(consumer.longer(Duration.ZERO)).isEqualTo(USUAL);
    long cpu = threads.getCurrentThreadCpuTime();
    long begun = System.nanoTime();

    for (int i = 0; i < POLLS; i++) {
      consumer.poll(Duration.ZERO);
    }

    assertThat(threads.getCurrentThreadCpuTime() - cpu)
        .as("a twentieth of a core")
        .isLessThan((System.nanoTime() - begun) / 20);
  }
}

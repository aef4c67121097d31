package io.pairstream.preprocess.world;

import static io.pairstream.preprocess.world.RestingConsumer.REST;
import static io.pairstream.preprocess.world.RestingConsumer.SILENCE;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RestingConsumerTest {

  private static final Duration USUAL = Duration.ofMillis(100);

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
  void doesNotWaitWhereItIsNotToNorShorterThanItIs() {
    nanos.addAndGet(SILENCE.toNanos() + 1);

    assertThat(consumer.longer(Duration.ZERO)).isZero();
    assertThat(consumer.longer(SILENCE)).isEqualTo(SILENCE);
  }
}

package io.pairstream.preprocess.world;

import io.pairstream.schemas.wire.AdminClients;
import io.pairstream.schemas.wire.RootCause;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Kafka's own clients, with a main consumer that gives out only what {@link Admission} lets in.
 *
 * <p>A client cannot be made while none of the brokers' names has an address, as where all their
 * containers are down; it is tried again until one has, or these clients are closed.
 */
public final class AdmittingClients implements KafkaClientSupplier, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(AdmittingClients.class);

  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final Admission admission;
  private final CountDownLatch closed = new CountDownLatch(1);

  public AdmittingClients(Admission admission) {
    this.admission = admission;
  }

  @Override
  public Admin getAdmin(Map<String, Object> config) {
    return made(() -> AdminClients.create(config));
  }

  @Override
  public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
    return made(
        () -> new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer()));
  }

  @Override
  public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
    return AdmittingConsumer.wrap(made(() -> new RestingConsumer(config)), admission);
  }

  @Override
  public Consumer<byte[], byte[]> getRestoreConsumer(Map<String, Object> config) {
    return plainConsumer(config);
  }

  @Override
  public Consumer<byte[], byte[]> getGlobalConsumer(Map<String, Object> config) {
    return plainConsumer(config);
  }

  private Consumer<byte[], byte[]> plainConsumer(Map<String, Object> config) {
    return made(
        () ->
            new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer()));
  }

  private <T> T made(Supplier<T> client) {
    while (true) {
      try {
        return client.get();
      } catch (KafkaException e) {
        if (!AdminClients.isWithoutAddress(e) || !pause()) {
          throw e;
        }
        LOG.warn("waiting for an address of a broker: {}", RootCause.message(e));
      }
    }
  }

  /**
   * @return false once closed
   */
  private boolean pause() {
    try {
      return !closed.await(PAUSE.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Waits for addresses no more; clients that were made stay as they are. */
  @Override
  public void close() {
    closed.countDown();
  }
}

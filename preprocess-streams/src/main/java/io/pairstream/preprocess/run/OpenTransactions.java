package io.pairstream.preprocess.run;

import io.pairstream.schemas.Threads;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.wire.AdminClients;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends transactions that nobody else would end soon, or ever: those of instances that are gone
 * ({@link AbandonedTransactions}), and those that the brokers themselves forgot ({@link
 * HangingTransactions}). Nobody who reads committed records gets past an open transaction: not the
 * trainer, nor the instances that take work over.
 */
final class OpenTransactions implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(OpenTransactions.class);

  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(5);
  private static final int REQUEST_MILLIS = 10_000;

  /** A look at the cluster, which ends what it finds. */
  private interface Look {
    void take() throws InterruptedException;
  }

  private final Admin admin;
  private final Warnings ofAbandoned = new Warnings();
  private final Warnings ofHanging = new Warnings();
  private final AbandonedTransactions abandoned;
  private final HangingTransactions hanging;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread = Threads.daemon("open-transactions", this::lookForEver);

  /**
   * @param clientSettings of Kafka clients, with {@code bootstrap.servers}
   */
  OpenTransactions(Dataset dataset, Map<String, Object> clientSettings) {
    Map<String, Object> settings = new HashMap<>(clientSettings);
    settings.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, REQUEST_MILLIS);
    settings.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, REQUEST_MILLIS / 2);
    admin = AdminClients.create(settings);
    abandoned = new AbandonedTransactions(dataset.preprocessGroup(), admin, ofAbandoned);
    hanging = new HangingTransactions(dataset, admin, ofHanging);
  }

  /** Begins to look, every few seconds, on a thread of its own. */
  OpenTransactions start() {
    thread.start();
    return this;
  }

  private void lookForEver() {
    try {
      while (!closing.await(BETWEEN_LOOKS.toMillis(), TimeUnit.MILLISECONDS)) {
        take(abandoned::look, ofAbandoned);
        take(hanging::look, ofHanging);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void take(Look look, Warnings warnings) throws InterruptedException {
    try {
      look.take();
    } catch (UnsupportedVersionException e) {
      warnings.once("the brokers are too old to be asked for open transactions: " + e);
    } catch (RetriableException | GroupIdNotFoundException e) {
      LOG.debug("no look at open transactions", e);
    } catch (KafkaException e) {
      if (e.getCause() instanceof IllegalArgumentException) {
        // Kafka's client trips over a broker that goes away between its questions to all.
        LOG.debug("no look at open transactions", e);
      } else {
        warnings.once("no look at open transactions: " + e);
      }
    }
  }

  @Override
  public void close() {
    closing.countDown();
    admin.close(Duration.ZERO); // ends a look that is under way, and with it the thread
  }
}

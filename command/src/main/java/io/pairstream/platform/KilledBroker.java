package io.pairstream.platform;

import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import javax.management.JMException;
import javax.management.ObjectName;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Time;

/**
 * Ends the session of a broker that was killed, before the same node starts anew.
 *
 * <p>A new broker that finds the old one's session begins with the old one's partitions: it leads
 * them and completes transactions that were being committed. It loses all of them when that session
 * ends, until it is registered itself. Kafka 4.4.0 takes a partition without a leader for one of a
 * deleted topic, so a transaction that is completed in that moment stays open on partitions that
 * are never marked. A broker whose predecessor's session is over begins with no partitions, and
 * need not wait for that end.
 *
 * <p>A controller without a broker on the same data, with a short session, ends it.
 */
final class KilledBroker {

  private static final int SESSION_MILLIS = 100;

  /** A broker that is not recognized by then starts as Kafka lets it. */
  private static final Duration LONGEST = Duration.ofMinutes(1);

  private static final long LOOK_MILLIS = 20;

  private KilledBroker() {}

  /**
   * Whether a broker had transactions here and did not stop in order.
   *
   * @param logs folder of the node's logs
   */
  static boolean wasHere(Path logs) {
    // Made by Kafka: with the first transaction, and by an orderly stop until the next start.
    return Files.exists(logs.resolve("__transaction_state-0"))
        && !Files.exists(logs.resolve(".kafka_cleanshutdown"));
  }

  /**
   * Ends it. Nothing else of this node may run.
   *
   * @param settings of the node, as broker and controller
   */
  static void endSession(Properties settings) throws InterruptedException {
    Properties ofController = new Properties();
    ofController.putAll(settings);
    ofController.setProperty("process.roles", "controller");
    ofController.setProperty(
        "listeners", settings.getProperty("listeners").replaceFirst("^.*,", ""));
    ofController.remove("advertised.listeners");
    ofController.remove("inter.broker.listener.name");
    ofController.setProperty("broker.session.timeout.ms", "" + SESSION_MILLIS);
    ofController.setProperty("broker.heartbeat.interval.ms", "" + SESSION_MILLIS / 2);
    KafkaRaftServer controller =
        new KafkaRaftServer(new KafkaConfig(ofController, false), Time.SYSTEM);
    controller.startup();
    try {
      long begun = System.nanoTime();
      while (!isFenced() && System.nanoTime() - begun < LONGEST.toNanos()) {
        Thread.sleep(LOOK_MILLIS);
      }
    } finally {
      controller.shutdown();
      controller.awaitShutdown();
    }
  }

  /** By Kafka's metric of brokers that are registered and without a session. */
  private static boolean isFenced() {
    try {
      ObjectName count =
          new ObjectName("kafka.controller:type=KafkaController,name=FencedBrokerCount");
      return ManagementFactory.getPlatformMBeanServer().getAttribute(count, "Value").equals(1);
    } catch (JMException e) {
      return false; // not there yet
    }
  }
}

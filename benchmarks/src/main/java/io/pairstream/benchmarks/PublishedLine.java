package io.pairstream.benchmarks;

import io.pairstream.ingest.publish.PairPublisher;
import io.pairstream.platform.WholePlatform;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.wire.AdminClients;
import io.pairstream.schemas.wire.AvroSerdes;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.service.Cluster;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;

/**
 * The whole line on a platform that is at work.
 *
 * <p>What is done is read off the group's committed offsets, which move in the same transactions as
 * the outputs; a record of a raw topic has one offset.
 */
final class PublishedLine implements AutoCloseable {

  private static final Duration STUCK = Duration.ofMinutes(5);
  private static final long LOOK_EVERY_MS = 50;

  private final WholePlatform platform;
  private final RepeatedPairs pairs;
  private final Admin admin;
  private final PairPublisher publisher;
  private long published;

  PublishedLine(WholePlatform platform, RepeatedPairs pairs) {
    this.platform = platform;
    this.pairs = pairs;
    Cluster cluster = platform.cluster();
    Map<String, Object> kafka = cluster.clientSettings(Map.of());
    Registry registry = cluster.registry();
    PairTopics topics = PairTopics.of(cluster.dataset(), new AvroSerdes(registry));
    admin = AdminClients.create(kafka);
    publisher = PairPublisher.open(topics.crowdsourced(), registry, kafka, Clock.systemUTC());
  }

  /**
   * Publishes so many further pairs, and waits until they are cleaned. The service stands still
   * while they are published: it might be done by the time the last of them is.
   */
  SteadyState run(long count) throws InterruptedException, IOException {
    long before = published;
    signal("STOP");
    try {
      for (; published < before + count; published++) {
        var unused = publisher.publish(pairs.at(published));
      }
      publisher.flush();
    } finally {
      signal("CONT");
    }

    SteadyState.Watch watch =
        new SteadyState.Watch(count, () -> ProcessorTime.of(platform.processes().pids()));
    long done = 0;
    long movedNanos = System.nanoTime();
    while (done < count) {
      long now = committed() - before;
      if (now > done) {
        movedNanos = System.nanoTime();
      } else if (System.nanoTime() - movedNanos > STUCK.toNanos()) {
        throw new IllegalStateException(
            done + " of " + count + ", and nothing more for " + STUCK.toMinutes() + " min");
      }
      done = now;
      watch.observe(done);
      TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MS);
    }
    return watch.result();
  }

  private void signal(String name) throws InterruptedException, IOException {
    String pid = Long.toString(platform.processes().pids().get("preprocess"));
    if (new ProcessBuilder("kill", "-" + name, pid).inheritIO().start().waitFor() != 0) {
      throw new IllegalStateException("preprocessing does not take the signal " + name);
    }
  }

  private long committed() throws InterruptedException {
    String group = platform.cluster().dataset().preprocessGroup();
    try {
      return admin
          .listConsumerGroupOffsets(group)
          .partitionsToOffsetAndMetadata(group)
          .get()
          .entrySet()
          .stream()
          .filter(entry -> entry.getKey().topic().equals(publisher.topic()))
          .mapToLong(entry -> entry.getValue().offset())
          .sum();
    } catch (ExecutionException e) {
      throw new IllegalStateException("the group's offsets cannot be read", e.getCause());
    }
  }

  @Override
  public void close() {
    publisher.close();
    admin.close();
  }
}

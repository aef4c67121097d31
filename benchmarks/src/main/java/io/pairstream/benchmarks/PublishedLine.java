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
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
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

  /**
   * Shares of all pairs between which is measured: the beginning, in which compilers and caches
   * warm up, and the end, in which some threads have nothing left, do not count.
   */
  private static final double FROM = 0.2;

  private static final double UNTIL = 0.95;

  private final WholePlatform platform;
  private final RepeatedPairs pairs;
  private final Admin admin;
  private final PairPublisher publisher;
  private long published;

  /**
   * Figures of a round between the two marks.
   *
   * @param millisPerPair processor time, by process; image workers are one
   */
  record Round(double pairsPerSecond, Map<String, Double> millisPerPair) {}

  private record Sample(long done, long nanos, Map<String, Long> millis) {

    Round until(Sample later) {
      long pairs = later.done - done;
      Map<String, Double> perPair = new TreeMap<>();
      later.millis.forEach(
          (name, used) -> {
            // A process that has ended takes its time with it.
            long since = Math.max(0, used - millis.getOrDefault(name, 0L));
            perPair.put(name, Math.round(since * 1e3 / pairs) / 1e3);
          });
      return new Round(pairs / ((later.nanos - nanos) / 1e9), perPair);
    }
  }

  /** Waits for the marks of work on so many pairs. */
  static final class Marks {

    private final long total;
    private final Supplier<Map<String, Long>> processorMillis;
    private Sample first;
    private Sample last;

    Marks(long total, Supplier<Map<String, Long>> processorMillis) {
      this.total = total;
      this.processorMillis = processorMillis;
    }

    /** Notes that so many are done by now. */
    void observe(long done) {
      if (first == null && done >= total * FROM) {
        first = new Sample(done, System.nanoTime(), processorMillis.get());
      } else if (first != null && last == null && done >= total * UNTIL) {
        last = new Sample(done, System.nanoTime(), processorMillis.get());
      }
    }

    Round round() {
      if (last == null || last.done == first.done) {
        throw new IllegalStateException(
            "the work was over before it was seen to pass both marks; take more pairs");
      }
      return first.until(last);
    }
  }

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
  Round run(long count) throws InterruptedException, IOException {
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

    Marks marks = new Marks(count, this::processorMillis);
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
      marks.observe(done);
      TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MS);
    }
    return marks.round();
  }

  private Map<String, Long> processorMillis() {
    Map<String, Long> millis = new HashMap<>();
    platform
        .processes()
        .pids()
        .forEach(
            (name, pid) ->
                ProcessHandle.of(pid)
                    .ifPresent(
                        process -> {
                          millis.merge(name, used(process), Long::sum);
                          process
                              .descendants()
                              .forEach(it -> millis.merge("image workers", used(it), Long::sum));
                        }));
    return millis;
  }

  private static long used(ProcessHandle process) {
    return process.info().totalCpuDuration().orElse(Duration.ZERO).toMillis();
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

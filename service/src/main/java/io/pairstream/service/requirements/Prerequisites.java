package io.pairstream.service.requirements;

import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.TopicSpec;
import io.pairstream.schemas.wire.AdminClients;
import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.schemas.wire.MissingSchemaException;
import io.pairstream.schemas.wire.MissingTopics;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.schemas.wire.RegistryUnavailableException;
import io.pairstream.service.Backoff;
import io.pairstream.service.Cluster;
import io.pairstream.service.report.Obstacle;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsResult;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits at a start for what a service cannot work without: topics, and our own schemas in the
 * registry. What does not answer or is missing is waited for however long: it may be made by others
 * who start now, too.
 *
 * @param stop whether to stop waiting
 * @param waitsFor hears what is waited for, and {@link Obstacle#NONE} once it is there
 */
public record Prerequisites(
    Cluster cluster, Registry registry, BooleanSupplier stop, Consumer<Obstacle> waitsFor) {

  private static final Logger LOG = LoggerFactory.getLogger(Prerequisites.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final Duration SAID_AFTER = Duration.ofSeconds(5);

  /**
   * Timeout in milliseconds: a start does not wait half a minute for each broker that has stopped.
   */
  private static final Map<String, Object> TIMEOUT = Map.of("request.timeout.ms", 5_000);

  /** Waits until the name of a broker has an address, without which no client can be made. */
  public static Cluster awaitAddress(Cluster cluster) throws InterruptedException {
    Supplier<Cluster> look =
        () -> {
          AdminClients.create(cluster.clientSettings(TIMEOUT)).close();
          return cluster;
        };
    return await(look, () -> false, waitsFor -> {}).orElseThrow();
  }

  /**
   * Waits for topics.
   *
   * @return how many partitions each has; empty where {@code stop} came first
   * @throws org.apache.kafka.common.KafkaException where the cluster refuses to describe a topic
   */
  public Optional<Map<String, Integer>> awaitTopics(Collection<String> names)
      throws InterruptedException {
    return await(() -> partitions(names), stop, waitsFor);
  }

  /**
   * Waits for topics, checks what their cluster promises, and waits for schemas as {@link
   * #awaitSchemas} does.
   *
   * @param rehearsed those of them whose schemas are waited for
   * @return how many partitions each has; empty where {@code stop} came first
   */
  public Optional<Map<String, Integer>> awaitAll(
      Collection<String> names, Collection<String> rehearsed) throws InterruptedException {
    Optional<Map<String, Integer>> partitions = awaitTopics(names);
    if (partitions.isPresent()) {
      ClusterCheck.of(cluster).onTopics(names).requireOnceItAnswers();
    }
    return partitions.isPresent() && awaitSchemas(rehearsed, List.of())
        ? partitions
        : Optional.empty();
  }

  private Map<String, Integer> partitions(Collection<String> names) {
    try (Admin admin = AdminClients.create(cluster.clientSettings(TIMEOUT))) {
      DescribeTopicsResult answers = admin.describeTopics(names);
      try {
        return KafkaAnswers.await(answers.allTopicNames()).values().stream()
            .collect(Collectors.toMap(TopicDescription::name, topic -> topic.partitions().size()));
      } catch (UnknownTopicOrPartitionException e) {
        throw new UnknownTopicOrPartitionException(
            missing(cluster.dataset(), answers.topicNameValues()), e);
      } catch (TopicAuthorizationException e) {
        throw MissingTopics.refused(answers.topicNameValues());
      }
    }
  }

  /**
   * Which topics are missing, and the command that makes them like those that are there.
   *
   * @param answers to the question for each topic, by name
   */
  static String missing(Dataset dataset, Map<String, KafkaFuture<TopicDescription>> answers) {
    List<String> missing = MissingTopics.among(answers);
    List<TopicDescription> found =
        answers.values().stream()
            .flatMap(answer -> KafkaAnswers.unlessRefused(answer).stream())
            .toList();
    return "topics are missing: "
        + Check.some(missing)
        + "; run: "
        + TopicChecks.createCommand(dataset, found, found.isEmpty() ? CopyChecks.RIGHT_COPIES : 1);
  }

  /**
   * Waits until the registry has schemas, which the clients then keep: no later trouble with the
   * registry touches a record whose schema is known.
   *
   * @param rehearsed topics of the catalogue whose own schemas there have to be
   * @param read topics on which others write with whatever schemas there are
   * @return whether it has; otherwise {@code stop} came first
   */
  public boolean awaitSchemas(Collection<String> rehearsed, Collection<String> read)
      throws InterruptedException {
    List<TopicSpec> specs = ClusterCheck.of(cluster).onTopics(rehearsed).specs();
    return await(
            () -> {
              read.forEach(topic -> registry.remember(topic + "-value"));
              specs.forEach(this::rehearse);
              return true;
            },
            stop,
            waitsFor)
        .isPresent();
  }

  /**
   * Looks up a schema's id, so that its serializer knows it; and fetches all versions of the
   * schema, so that records of an older or newer release are read without the registry, too.
   */
  private void rehearse(TopicSpec topic) {
    String subject = topic.name() + "-value";
    topic.valueSchema().ifPresent(schema -> registry.idOf(subject, schema));
    topic.valueSchema().ifPresent(schema -> registry.remember(subject));
  }

  /**
   * Retries until there is an answer; what is waited for is logged once, unless it comes soon, as
   * what others make who start now.
   *
   * @return the answer; empty where {@code stop} came first
   */
  public static <T> Optional<T> await(
      Supplier<T> look, BooleanSupplier stop, Consumer<Obstacle> waitsFor)
      throws InterruptedException {
    Obstacle said = Obstacle.NONE;
    Backoff pauses = new Backoff(FIRST_PAUSE, PAUSE);
    long begun = System.nanoTime();
    while (!stop.getAsBoolean()) {
      Obstacle now;
      try {
        T found = look.get();
        waitsFor.accept(Obstacle.NONE);
        return Optional.of(found);
      } catch (InterruptException e) {
        throw new InterruptedException(e.getMessage());
      } catch (MissingSchemaException | RegistryUnavailableException | RetriableException e) {
        now = Obstacle.of(e);
      }
      waitsFor.accept(now);
      if (System.nanoTime() - begun > SAID_AFTER.toNanos() && !now.equals(said)) {
        LOG.warn("waiting: {}", now.text());
        said = now;
      }
      TimeUnit.NANOSECONDS.sleep(pauses.next().toNanos());
    }
    return Optional.empty();
  }
}

package io.pairstream.answers;

import io.pairstream.answers.ScoreSettings.Run;
import io.pairstream.image.card.InvalidCardException;
import io.pairstream.image.card.ModelCard;
import io.pairstream.image.model.AnswerModel;
import io.pairstream.schemas.Sha256;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.schemas.wire.LogEnds;
import io.pairstream.schemas.wire.PairTopics;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.report.SelfReport;
import io.pairstream.service.requirements.Prerequisites;
import io.pairstream.service.transactions.GroupClients;
import io.pairstream.service.transactions.GroupInstance;
import io.pairstream.service.transactions.Outbox;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

/**
 * One of the instances that ask models about a data set's published pairs, from start to stop.
 *
 * <p>A cluster, a registry, a disk or a model that is away is waited for, at the start and later.
 * Thread-safe.
 */
public final class ScoreService implements AutoCloseable {

  private final ScoreSettings settings;
  private final List<AnswerModel> models;
  private final Clock clock;
  private final ScoreMetrics metrics = new ScoreMetrics();
  private final GroupInstance instance;

  private volatile InvalidCardException unfit;

  /** Where the splits ended at the start; empty where the work has no end. */
  private Map<TopicPartition, Long> ends = Map.of();

  /**
   * Starts to work.
   *
   * @param models at least one, each card's name once; closed with this
   * @param report learns how the work is, and is heard by others too
   */
  public ScoreService(
      ScoreSettings settings, List<AnswerModel> models, Clock clock, SelfReport report) {
    this.settings = settings;
    this.models = List.copyOf(models);
    this.clock = clock;
    report.add(metrics::read);
    instance =
        new GroupInstance(settings.cluster(), group(settings, this.models), report, this::workOn);
    instance.start();
  }

  /**
   * The consumer group of those who ask a set of models; for a run that asks again, a name that is
   * no group's, under which others would end its transactions.
   */
  private static String group(ScoreSettings settings, List<AnswerModel> models) {
    Dataset dataset = settings.cluster().dataset();
    if (settings.run() == Run.AGAIN) {
      return dataset.name() + "-ask-again";
    }
    String all =
        models.stream()
            .map(AnswerModel::card)
            .map(card -> card.name() + " " + card.digest() + (card.writesPairs() ? " pairs" : ""))
            .sorted()
            .collect(Collectors.joining("\n"));
    return dataset.scoreGroup(HexFormat.of().formatHex(Sha256.of(all), 0, 4));
  }

  /** Counts of this instance since its start. */
  public ScoreCounts counts() {
    return metrics.counts();
  }

  /** The obstacle in the way now; empty where there is none. */
  public Optional<String> obstacle() {
    return instance.obstacle();
  }

  /**
   * Waits until the service has ended, by {@link #close}, because its work is done, or by a fault
   * that does not pass, which it answers.
   */
  public Optional<Throwable> awaitEnd() {
    Optional<Throwable> fault = instance.awaitEnd();
    return fault.or(() -> Optional.ofNullable(unfit));
  }

  /** Lets what is under way end, for a few seconds, commits, and leaves the rest to others. */
  @Override
  public void close() {
    instance.close();
    models.forEach(AnswerModel::close);
  }

  /**
   * @return whether all is done
   */
  private boolean workOn(PairTopics topics) throws InterruptedException {
    Optional<Map<String, Integer>> partitions = awaitTopics(topics);
    if (partitions.isEmpty()) {
      return false;
    }
    Set<String> digests =
        models.stream().map(AnswerModel::card).map(ModelCard::digest).collect(Collectors.toSet());
    List<Asker> askers =
        models.stream()
            .map(model -> new Asker(model, settings.batch(), settings.batchAge()))
            .toList();
    try (KnownAnswers known = new KnownAnswers(settings, digests, clock)) {
      ScoreWork work =
          new ScoreWork(
              settings,
              topics,
              partitions.get(),
              known,
              askers,
              new ArrayList<>(),
              clock,
              metrics,
              clock.instant());
      return instance.repeat(() -> session(work), () -> metrics.counts().pairs());
    } catch (InvalidCardException e) {
      unfit = e; // a fault of a person's, which no log tells with a stack trace
      return true;
    } finally {
      askers.forEach(Asker::close);
    }
  }

  private ScoreSession session(ScoreWork work) {
    if (settings.run() != Run.FOLLOW && ends.isEmpty()) {
      ends = ends(work.partitions());
    }
    // A batch that was asked in vain would be asked again. What is said of pairs comes again
    // anyway.
    Set<String> kept = Set.of(work.topics().answers().name(), work.topics().generated().name());
    work.ready().removeIf(each -> !kept.contains(each.topic()) || each.value() == null);
    Outbox outbox = new Outbox(instance.clients().producer(), work.ready());
    GroupClients clients = instance.clients();
    return new ScoreSession(
        work,
        ends,
        instance,
        outbox,
        settings.run() == Run.AGAIN
            ? clients.reader(ScoreSession.RECORDS_PER_POLL)
            : clients.member(CooperativeStickyAssignor.class, ScoreSession.RECORDS_PER_POLL),
        new PlacedRecords(() -> clients.reader(1)));
  }

  /** Where the splits end now. */
  private Map<TopicPartition, Long> ends(Map<String, Integer> partitions) {
    List<TopicPartition> all = new ArrayList<>();
    partitions.forEach(
        (topic, count) ->
            IntStream.range(0, count).forEach(each -> all.add(new TopicPartition(topic, each))));
    try (Admin admin = new ClusterAccess(settings.cluster()).admin()) {
      return KafkaAnswers.await(LogEnds.ask(admin, all, IsolationLevel.READ_COMMITTED));
    }
  }

  /** Number of each split's partitions; empty where the service was stopped first. */
  private Optional<Map<String, Integer>> awaitTopics(PairTopics topics)
      throws InterruptedException {
    List<String> splits = settings.topics(topics);
    List<String> rehearsed =
        new ArrayList<>(
            List.of(
                topics.answers().name(), topics.pairAnswers().name(), topics.takedowns().name()));
    if (models.stream().anyMatch(model -> model.card().writesPairs())) {
      rehearsed.add(topics.generated().name());
    }
    List<String> names = new ArrayList<>(splits);
    names.addAll(rehearsed);
    names.add(topics.recipes().name());
    rehearsed.add(topics.training().name());
    Prerequisites prerequisites = instance.prerequisites(settings.cluster(), topics.registry());
    for (Dataset other : settings.answersOf()) {
      Optional<?> unused =
          instance
              .prerequisites(settings.cluster().with(other), topics.registry())
              .awaitTopics(List.of(other.topic(TopicCatalogue.ANSWERS)));
    }
    Optional<Map<String, Integer>> partitions = prerequisites.awaitAll(names, rehearsed);
    partitions.ifPresent(found -> found.keySet().retainAll(splits));
    return partitions;
  }
}

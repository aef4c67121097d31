package io.pairstream.preprocess.run;

import io.pairstream.preprocess.run.PreprocessService.StartException;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.PairTopics;
import io.pairstream.schemas.wire.RootCause;
import io.pairstream.service.Cluster;
import io.pairstream.service.report.Obstacle;
import io.pairstream.service.requirements.ClusterCheck;
import io.pairstream.service.requirements.Prerequisites;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthorizationException;

/**
 * Prerequisites of the topology: its topics, and its own schemas in the registry.
 *
 * @param findsCopies whether the recipe looks for near copies
 */
record NeededTopics(PairTopics topics, boolean findsCopies) {

  /**
   * Waits for all of it.
   *
   * @param waitsFor hears what is waited for, and {@link Obstacle#NONE} once it is there
   * @return how many partitions the raw topics have
   * @throws StartException where the cluster refuses, or its topics do not fit each other
   */
  int await(Cluster cluster, Duration transactionTimeout, Consumer<Obstacle> waitsFor)
      throws InterruptedException {
    Prerequisites prerequisites =
        new Prerequisites(cluster, topics.registry(), () -> false, waitsFor);
    try {
      int partitions = equalPartitions(prerequisites.awaitTopics(names()).orElseThrow());
      ClusterCheck.of(cluster)
          .onTopics(names())
          .withTransactionsOf(transactionTimeout)
          .requireOnceItAnswers();
      Set<String> rehearsed = names();
      rehearsed.removeAll(topics.rawNames());
      prerequisites.awaitSchemas(rehearsed, topics.rawNames());
      return partitions;
    } catch (AuthorizationException e) {
      throw new StartException(RootCause.message(e), e);
    } catch (KafkaException e) {
      throw new StartException(e.getMessage(), e);
    }
  }

  private Set<String> names() {
    Set<String> names = new TreeSet<>(alike());
    if (findsCopies) {
      names.add(topics.fingerprints().name());
    }
    names.addAll(topics.outputNames());
    names.add(topics.index().name());
    names.add(topics.takedowns().name());
    names.add(topics.receipts().name());
    names.add(topics.recipes().name());
    return names;
  }

  private Set<String> alike() {
    Set<String> names = new TreeSet<>(TopicCatalogue.ofTheTopology(topics.dataset()));
    if (findsCopies) {
      names.addAll(TopicCatalogue.forNearCopies(topics.dataset()));
    }
    return names;
  }

  private int equalPartitions(Map<String, Integer> partitions) {
    Map<String, Integer> ofTheTopology = new TreeMap<>(partitions);
    ofTheTopology.keySet().retainAll(alike());
    if (Set.copyOf(ofTheTopology.values()).size() != 1) {
      throw new StartException(
          "the raw topics and the topology's own must have equal partition counts, but have "
              + ofTheTopology,
          null);
    }
    return ofTheTopology.values().iterator().next();
  }
}

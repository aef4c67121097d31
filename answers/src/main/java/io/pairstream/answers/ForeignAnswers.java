package io.pairstream.answers;

import io.pairstream.schemas.Answer;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.wire.PairTopics;
import io.pairstream.schemas.wire.Topic;
import io.pairstream.service.Cluster;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.table.LastOfEachKey;
import io.pairstream.service.table.TopicTable;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The answers of another data set to some models, as whole records. */
record ForeignAnswers(TopicTable table, Topic<Answer> topic) implements AutoCloseable {

  /**
   * @param folder of this copy alone
   */
  static ForeignAnswers open(
      Cluster cluster, Dataset other, Set<String> models, Path folder, Clock clock) {
    Topic<Answer> topic = PairTopics.of(other, cluster.registry()).answers();
    TopicTable table =
        TopicTable.open(
            new LastOfEachKey(
                topic.name(),
                key -> models.contains(key.substring(key.indexOf('/') + 1)),
                String.join(" ", new TreeSet<>(models))),
            folder,
            new ClusterAccess(cluster).clientSettings(),
            clock);
    return new ForeignAnswers(table, topic);
  }

  Optional<Answer> find(String key) {
    return table.read(database -> LastOfEachKey.get(database, key)).flatMap(topic::decode);
  }

  @Override
  public void close() {
    table.close();
  }
}

package io.pairstream.feed.set;

import io.pairstream.schemas.PairAnswer;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.CommittedLog;
import io.pairstream.service.table.Database;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Numbers and labels that models gave about pairs, as their topic held them at one time: in a
 * database on disk, since there may be some for each pair of a large data set. For one thread.
 */
record AnswersOnDisk(ClusterAccess cluster, Database database) implements AutoCloseable {

  /** Reads all answers that there are; none where no model was ever asked. */
  static AnswersOnDisk read(ClusterAccess cluster) {
    AnswersOnDisk answers = new AnswersOnDisk(cluster, Database.temporary());
    try (CommittedLog log = CommittedLog.openForSmallRecords(cluster)) {
      answers.database.execute(
          "CREATE TABLE answer (pair TEXT, card TEXT, given BLOB, PRIMARY KEY (pair, card)) WITHOUT ROWID");
      log.readAll(
          log.everything(log.partitions(cluster.topics().pairAnswers().name())), answers::put);
    } catch (UnknownTopicOrPartitionException e) {
      // Without the topic no model was asked.
    } catch (RuntimeException e) {
      answers.close();
      throw e;
    }
    return answers;
  }

  private void put(ConsumerRecord<byte[], byte[]> record) {
    String[] parts = CommittedLog.key(record).split("/", 2);
    if (parts.length == 2 && record.value() == null) {
      database.update("DELETE FROM answer WHERE pair = ? AND card = ?", parts[0], parts[1]);
    } else if (parts.length == 2) {
      database.update(
          "INSERT OR REPLACE INTO answer VALUES (?, ?, ?)", parts[0], parts[1], record.value());
    }
  }

  /** The answers about a pair, in {@link ModelAnswer#ORDER}. */
  List<ModelAnswer> of(String pairId) {
    List<ModelAnswer> all = new ArrayList<>();
    database
        .query(
            "SELECT given FROM answer WHERE pair = ? ORDER BY card", row -> row.getBytes(1), pairId)
        .forEach(
            given ->
                cluster
                    .topics()
                    .pairAnswers()
                    .decode(given)
                    .ifPresent(answer -> addTo(all, answer)));
    all.sort(ModelAnswer.ORDER);
    return all;
  }

  private static void addTo(List<ModelAnswer> all, PairAnswer answer) {
    String model = answer.getModel();
    answer
        .getNumbers()
        .forEach((name, number) -> all.add(new ModelAnswer(name, model, number, null)));
    answer.getLabels().forEach((name, label) -> all.add(new ModelAnswer(name, model, null, label)));
  }

  @Override
  public void close() {
    database.close();
  }
}

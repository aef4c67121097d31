package io.pairstream.feed.set;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import io.pairstream.schemas.PairAnswer;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.CommittedLog;
import io.pairstream.service.table.Database;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Numbers and labels that models gave about pairs, as their topic held them at one time: in a
 * database on disk, since there may be some for each pair of a large data set. For one thread.
 */
final class AnswersOnDisk implements SetExport.Answers, AutoCloseable {

  private final Database database;

  private AnswersOnDisk(Database database) {
    this.database = database;
  }

  /**
   * Reads all answers that there are; none where no model was ever asked.
   *
   * @param folder for the database's temporary files
   */
  static AnswersOnDisk read(ClusterAccess cluster, Path folder) {
    AnswersOnDisk answers = new AnswersOnDisk(Database.temporary(folder));
    try (CommittedLog log = CommittedLog.openForSmallRecords(cluster)) {
      answers.database.execute(
          "CREATE TABLE answer (pair TEXT, card TEXT, given TEXT, PRIMARY KEY (pair, card)) WITHOUT ROWID");
      log.readAll(
          cluster.topics().pairAnswers(),
          (key, answer) -> answers.put(key, answer.map(AnswersOnDisk::given).orElse(List.of())));
    } catch (UnknownTopicOrPartitionException e) {
      // Without the topic no model was asked.
    } catch (RuntimeException e) {
      answers.close();
      throw e;
    }
    return answers;
  }

  private void put(String key, List<ModelAnswer> given) {
    String[] parts = key.split("/", 2);
    if (parts.length < 2) {
      return;
    }
    if (given.isEmpty()) {
      database.update("DELETE FROM answer WHERE pair = ? AND card = ?", parts[0], parts[1]);
    } else {
      database.update(
          "INSERT OR REPLACE INTO answer VALUES (?, ?, ?)", parts[0], parts[1], json(given));
    }
  }

  private static List<ModelAnswer> given(PairAnswer answer) {
    List<ModelAnswer> given = new ArrayList<>();
    answer
        .getNumbers()
        .forEach(
            (name, number) -> given.add(new ModelAnswer(name, answer.getModel(), number, null)));
    answer
        .getLabels()
        .forEach((name, label) -> given.add(new ModelAnswer(name, answer.getModel(), null, label)));
    return given;
  }

  @Override
  public List<ModelAnswer> of(String pairId) {
    List<ModelAnswer> all = new ArrayList<>();
    database
        .query(
            "SELECT given FROM answer WHERE pair = ? ORDER BY card",
            row -> row.getString(1),
            pairId)
        .forEach(json -> all.addAll(parse(json)));
    all.sort(ModelAnswer.ORDER);
    return all;
  }

  @Override
  public void close() {
    database.close();
  }

  private static String json(List<ModelAnswer> given) {
    try {
      return TarWriter.JSON.writeValueAsString(given);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<ModelAnswer> parse(String json) {
    try {
      return TarWriter.JSON.readValue(json, new TypeReference<List<ModelAnswer>>() {});
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}

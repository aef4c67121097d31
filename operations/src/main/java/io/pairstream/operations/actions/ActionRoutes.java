package io.pairstream.operations.actions;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.sentence.AnswerJson;
import io.pairstream.operations.sentence.Sentence;
import io.pairstream.schemas.Action;
import io.pairstream.schemas.topics.Topic;
import io.pairstream.service.http.Access;
import io.pairstream.service.http.Answer;
import io.pairstream.service.http.Incoming;
import io.pairstream.service.http.Route;
import io.pairstream.service.table.Aggregate;
import io.pairstream.service.table.Database;
import io.pairstream.service.table.TopicTable;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;

/** The audit trail, newest first, from this instance's copy of the topic of actions. */
public final class ActionRoutes implements AutoCloseable {

  private static final int USUAL = 100;
  private static final int MOST = 1000;

  private static final String NEWEST_FIRST = "SELECT value FROM action ORDER BY at DESC, seq DESC";

  private final Topic<String, Action> topic;
  private final TopicTable view;

  /**
   * @param directory a folder of this instance alone
   * @throws io.pairstream.service.table.ViewStorageException where it cannot be used
   */
  public ActionRoutes(ClusterAccess cluster, Path directory, Clock clock) {
    this.topic = cluster.topics().actions();
    this.view =
        TopicTable.open(new Actions(topic.name()), directory, cluster.clientSettings(), clock);
  }

  public List<Route> routes() {
    return List.of(
        Route.get(
                "/v1/actions",
                Access.VIEW,
                (request, body) -> CompletableFuture.completedFuture(answer(request)))
            .taking("limit"));
  }

  /**
   * @param ready whether the topic was read to its end
   */
  private record Trail(List<Told> actions, boolean ready) {}

  private record Told(
      String actionId,
      String name,
      String subject,
      String actor,
      Sentence detail,
      String outcome,
      Instant doneAt) {

    static Told of(Action action) {
      return new Told(
          action.getActionId(),
          action.getName(),
          action.getSubject(),
          action.getActor(),
          Sentence.recognised(action.getDetail()),
          action.getOutcome(),
          action.getDoneAt());
    }
  }

  private Answer answer(Incoming request) {
    int limit = request.whole("limit", USUAL, 1, MOST);
    // A long action has two records, of which the newer one says how it ended.
    Map<String, Told> actions = new LinkedHashMap<>();
    view.read(
        table -> {
          table.scan(
              NEWEST_FIRST,
              row -> {
                read(row.getBytes(1))
                    .ifPresent(
                        action -> actions.putIfAbsent(action.getActionId(), Told.of(action)));
                return actions.size() < limit;
              });
          return actions;
        });
    return AnswerJson.answer(new Trail(List.copyOf(actions.values()), view.isCaughtUp()));
  }

  private Optional<Action> read(byte[] value) {
    try {
      return Optional.of(topic.value().deserializer().deserialize(topic.name(), value));
    } catch (SerializationException e) {
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    view.close();
  }

  /** The records by the broker's time. */
  private record Actions(String topic) implements Aggregate {

    @Override
    public String name() {
      return topic;
    }

    @Override
    public List<String> topics() {
      return List.of(topic);
    }

    @Override
    public List<String> schema() {
      return List.of(
          "CREATE TABLE action (seq INTEGER PRIMARY KEY, at INTEGER, partition INTEGER,"
              + " offset INTEGER, value BLOB)",
          "CREATE INDEX action_at ON action (at)");
    }

    @Override
    public void apply(ConsumerRecord<byte[], byte[]> record, Database table) {
      if (record.key() != null && record.value() != null) {
        table.update(
            "INSERT INTO action (at, partition, offset, value) VALUES (?, ?, ?, ?)",
            Math.max(0, record.timestamp()),
            record.partition(),
            record.offset(),
            record.value());
      }
    }

    @Override
    public void forget(TopicPartition partition, long from, Database table) {
      table.update(
          "DELETE FROM action WHERE partition = ? AND offset < ?", partition.partition(), from);
    }
  }
}

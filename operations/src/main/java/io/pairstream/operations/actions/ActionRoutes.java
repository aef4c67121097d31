package io.pairstream.operations.actions;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.sentence.Sentence;
import io.pairstream.schemas.Action;
import io.pairstream.schemas.topics.Topic;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.service.http.Access;
import io.pairstream.service.http.Answer;
import io.pairstream.service.http.Incoming;
import io.pairstream.service.http.Problem;
import io.pairstream.service.http.ProblemKind;
import io.pairstream.service.http.Route;
import io.pairstream.service.table.Fold;
import io.pairstream.service.table.TopicTable;
import io.pairstream.service.table.ViewPlan;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.errors.SerializationException;

/** The audit trail, newest first, from this instance's copy of the topic of actions. */
public final class ActionRoutes implements AutoCloseable {

  private static final int USUAL = 100;
  private static final int MOST = 1000;

  /** By the broker's time, the newest first. */
  private static final Fold NEWEST_FIRST =
      (record, table) -> {
        if (record.key() != null && record.value() != null) {
          ByteBuffer key = ByteBuffer.allocate(Long.BYTES + record.key().length);
          key.putLong(Long.MAX_VALUE - record.timestamp()).put(record.key());
          table.put(key.array(), record.value());
        }
      };

  private final Topic<String, Action> topic;
  private final TopicTable view;

  /**
   * @param directory a folder of this instance alone
   * @throws io.pairstream.service.table.ViewStorageException where it cannot be used
   */
  public ActionRoutes(ClusterAccess cluster, Path directory, Clock clock) {
    this.topic = cluster.topics().actions();
    this.view =
        TopicTable.open(
            new ViewPlan(topic.name(), NEWEST_FIRST, Optional.of(TopicCatalogue.ACTIONS_KEPT)),
            directory,
            cluster.clientSettings(),
            clock);
  }

  public List<Route> routes() {
    return List.of(
        Route.get(
                "/v1/actions",
                Access.VIEW,
                (request, body) -> CompletableFuture.completedFuture(answer(request)))
            .taking("limit", "after"));
  }

  /** Where to go on: the key of the last record that was told, in hex. */
  private static byte[] after(Incoming request) {
    String text = request.query("after").orElse("");
    if (!text.matches("([0-9a-f]{2}){0,200}")) {
      throw Problem.of(ProblemKind.BAD_REQUEST, "after must be next of an answer before")
          .asException();
    }
    return text.isEmpty() ? new byte[0] : HexFormat.of().parseHex(text + "00");
  }

  private static int limit(Incoming request) {
    String text = request.query("limit").orElse(String.valueOf(USUAL));
    if (!text.matches("[0-9]{1,4}")
        || Integer.parseInt(text) < 1
        || Integer.parseInt(text) > MOST) {
      throw Problem.of(ProblemKind.BAD_REQUEST, "limit must be a number from 1 to " + MOST)
          .asException();
    }
    return Integer.parseInt(text);
  }

  /**
   * @param next where to go on; null where this is all
   * @param ready whether the topic was read to its end
   */
  private record Trail(List<Told> actions, String next, boolean ready) {}

  private record Told(
      String actionId,
      String name,
      String subject,
      String actor,
      @JsonUnwrapped(prefix = "detail") Sentence detail,
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
    int limit = limit(request);
    // A long action has two records, of which the newer one says how it ended.
    Map<String, Told> actions = new LinkedHashMap<>();
    AtomicReference<byte[]> last = new AtomicReference<>();
    AtomicBoolean more = new AtomicBoolean();
    view.scan(
        new byte[0],
        after(request),
        (key, value) -> {
          if (actions.size() == limit) {
            more.set(true);
            return false;
          }
          last.set(key.clone());
          read(value)
              .ifPresent(action -> actions.putIfAbsent(action.getActionId(), Told.of(action)));
          return true;
        });
    return Answer.json(
        200,
        new Trail(
            List.copyOf(actions.values()),
            more.get() ? HexFormat.of().formatHex(last.get()) : null,
            view.isCaughtUp()));
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
}

package io.pairstream.operations.actions;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.sentence.Sentence;
import io.pairstream.operations.sentence.Template;
import io.pairstream.schemas.Action;
import io.pairstream.schemas.topics.Topic;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.service.http.Access;
import io.pairstream.service.http.Answer;
import io.pairstream.service.http.Incoming;
import io.pairstream.service.http.Json;
import io.pairstream.service.http.Problem;
import io.pairstream.service.http.ProblemKind;
import io.pairstream.service.http.Route;
import io.pairstream.service.table.Fold;
import io.pairstream.service.table.TopicTable;
import io.pairstream.service.table.ViewPlan;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.errors.SerializationException;

/** The audit trail, newest first, from this instance's copy of the topic of actions. */
public final class ActionRoutes implements AutoCloseable {

  private static final int USUAL = 100;
  private static final int MOST = 1000;

  /** What a detail may say, which the record has in English; of two that fit, the closer first. */
  private static final List<Template> DETAILS =
      List.of(
          Template.TIMES,
          Template.PAIR_WITHDRAWN,
          Template.PAIRS_WITHDRAWN,
          Template.TAKEDOWN_LIFTED,
          Template.TAKEDOWNS_LIFTED,
          Template.PAIR_SENT_AGAIN,
          Template.PAIRS_SENT_AGAIN,
          Template.BEGUN,
          Template.LOGGED_IN,
          Template.KEY_NOT_FOR_REVIEWS,
          Template.KEY_IN_PLACE,
          Template.KEY_OF,
          Template.KEY_FOR,
          Template.DECIDED,
          Template.DECIDED_BEFORE,
          Template.NOT_IN_QUARANTINE,
          Template.SENT_BEFORE);

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

  private Answer answer(Incoming request) {
    int limit = limit(request);
    ObjectNode json = Json.MAPPER.createObjectNode();
    ArrayNode actions = json.putArray("actions");
    // A long action has two records: that it began, and how it ended.
    Set<String> seen = new HashSet<>();
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
              .filter(action -> seen.add(action.getActionId()))
              .ifPresent(action -> actions.add(json(action)));
          return true;
        });
    json.put("next", more.get() ? HexFormat.of().formatHex(last.get()) : null);
    json.put("ready", view.isCaughtUp());
    return Answer.json(200, json);
  }

  private Optional<Action> read(byte[] value) {
    try {
      return Optional.of(topic.value().deserializer().deserialize(topic.name(), value));
    } catch (SerializationException e) {
      return Optional.empty();
    }
  }

  private static ObjectNode json(Action action) {
    ObjectNode json =
        Json.MAPPER
            .createObjectNode()
            .put("action_id", action.getActionId())
            .put("name", action.getName())
            .put("subject", action.getSubject())
            .put("actor", action.getActor());
    detail(action.getDetail()).put(json, "detail");
    return json.put("outcome", action.getOutcome()).put("done_at", Json.time(action.getDoneAt()));
  }

  private static Sentence detail(String text) {
    Sentence said = Sentence.of(text, DETAILS);
    return said.template() == Template.TIMES
        ? Template.TIMES.with(detail((String) said.arguments().get(0)), said.arguments().get(1))
        : said;
  }

  @Override
  public void close() {
    view.close();
  }
}

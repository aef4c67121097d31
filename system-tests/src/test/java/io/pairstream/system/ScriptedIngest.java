package io.pairstream.system;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.ingest.api.IngestService;
import io.pairstream.service.http.Access;
import io.pairstream.service.http.Answer;
import io.pairstream.service.http.Authenticator;
import io.pairstream.service.http.Incoming;
import io.pairstream.service.http.Principal;
import io.pairstream.service.http.Problem;
import io.pairstream.service.http.ProblemKind;
import io.pairstream.service.http.Route;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The contribution page, where what becomes of a pair is decided when a test says so. */
final class ScriptedIngest extends ScriptedServer {

  /** Taken where keys are wanted. */
  static final String KEY = "psk_reader_0123456789abcdef";

  private static final Pattern CAPTION =
      Pattern.compile("name=\"caption\"\r\n\r\n(.*?)\r\n--", Pattern.DOTALL);

  /**
   * A pair as it came.
   *
   * @param body the whole body, as text
   */
  record Sent(String caption, String body) {}

  private final boolean wantsKey;
  private final Queue<Problem> refusals = new ConcurrentLinkedQueue<>();
  private final List<Sent> sent = new CopyOnWriteArrayList<>();
  private final Map<String, ObjectNode> decided = new ConcurrentHashMap<>();
  private final Map<String, String> ids = new ConcurrentHashMap<>();
  private final AtomicLong lastId = new AtomicLong();

  private ScriptedIngest(boolean wantsKey) {
    this.wantsKey = wantsKey;
  }

  static ScriptedIngest open() throws IOException {
    return open(false);
  }

  /** An ingest API that refuses callers without {@link #KEY}. */
  static ScriptedIngest withKey() throws IOException {
    return open(true);
  }

  private static ScriptedIngest open(boolean wantsKey) throws IOException {
    ScriptedIngest service = new ScriptedIngest(wantsKey);
    service.open(0);
    return service;
  }

  @Override
  List<Route> routes() {
    List<Route> routes = new ArrayList<>(IngestService.page());
    routes.add(
        Route.get(
            "/v1/me",
            Access.ANY_KEY,
            (request, body) -> json(object().put("producer", request.principal().producer()))));
    routes.add(
        Route.post(
            "/v1/pairs", Access.PUBLISH, Set.of("multipart/form-data"), 10_000_000, this::take));
    routes.add(Route.get("/v1/pairs/{id}", Access.READ, (request, body) -> status(request)));
    return routes;
  }

  @Override
  Authenticator authenticator() {
    return wantsKey ? ScriptedIngest::keyHolder : Authenticator.ANONYMOUS;
  }

  @Override
  boolean takesAnybody() {
    return !wantsKey;
  }

  private static ObjectNode object() {
    return Http.JSON.createObjectNode();
  }

  private static Principal keyHolder(Incoming request) {
    if (!request.header("Authorization").orElse("").equals("Bearer " + KEY)) {
      throw Problem.of(ProblemKind.UNAUTHORIZED, "no such key");
    }
    return new Principal("reader", "reader", Principal.ANONYMOUS.scopes());
  }

  /** Requests so far, in order. */
  List<Sent> sent() {
    return List.copyOf(sent);
  }

  /** The next pair is answered with this instead. */
  void refuseNext(Problem problem) {
    refusals.add(problem);
  }

  /**
   * Decides what becomes of the pairs with a caption.
   *
   * @param more an object with what the answer says besides
   */
  void decide(String caption, String status, String more) throws IOException {
    decided.put(caption, ((ObjectNode) Http.JSON.readTree(more)).put("status", status));
  }

  private CompletionStage<Answer> take(Incoming request, byte[] body) {
    String text = new String(body, StandardCharsets.UTF_8);
    Matcher caption = CAPTION.matcher(text);
    if (!caption.find()) {
      throw Problem.of(ProblemKind.BODY_MALFORMED, "there is no caption");
    }
    String words = caption.group(1);
    sent.add(new Sent(words, text));
    Problem refusal = refusals.poll();
    if (refusal != null) {
      throw refusal;
    }
    String id = String.format("%032x", lastId.incrementAndGet());
    ids.put(id, words);
    return CompletableFuture.completedFuture(
        Answer.json(201, object().put("id", id).put("kind", "PAIR")));
  }

  private CompletionStage<Answer> status(Incoming request) {
    String caption = ids.get(request.parameter("id"));
    if (caption == null) {
      throw Problem.of(ProblemKind.NOT_FOUND, "it is unknown");
    }
    return json(decided.getOrDefault(caption, object().put("status", "RECEIVED")));
  }
}

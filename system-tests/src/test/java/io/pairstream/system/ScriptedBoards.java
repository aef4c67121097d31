package io.pairstream.system;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.operations.operate.DashboardPage;
import io.pairstream.service.http.Access;
import io.pairstream.service.http.Answer;
import io.pairstream.service.http.Authenticator;
import io.pairstream.service.http.Incoming;
import io.pairstream.service.http.Principal;
import io.pairstream.service.http.Problem;
import io.pairstream.service.http.ProblemKind;
import io.pairstream.service.http.Quota;
import io.pairstream.service.http.Route;
import io.pairstream.service.http.Router;
import io.pairstream.service.http.Scope;
import io.pairstream.service.http.ServerSettings;
import io.pairstream.service.http.WebServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/**
 * The real server with the real dashboard, before pairs that a test makes up: they can be looked
 * for, looked at and reviewed, as the operators' service lets people do.
 */
final class ScriptedBoards implements AutoCloseable {

  /** Key of somebody who may review. */
  static final String REVIEWER_KEY = "psk_reviewer_0123456789abcdef";

  /** What pages ask lists with. */
  private static final String[] FILTERS = {
    "q",
    "standing",
    "reason",
    "source",
    "contributor",
    "split",
    "minutes",
    "limit",
    "after",
    "partitions",
    "group"
  };

  private static final JsonMapper JSON = new JsonMapper();
  private static final String SESSION = "pairstream_session";
  private static final int PAGE = 50;
  private static final Principal VIEWER = new Principal("anonymous", "", Set.of(Scope.VIEW));
  private static final Principal REVIEWER =
      new Principal("anna", "reviewer", Set.of(Scope.VIEW, Scope.REVIEW));

  /**
   * A review as it came.
   *
   * @param pairs ids
   */
  record Reviewed(List<String> pairs, String decision, String caption, String comment) {}

  private final List<ObjectNode> pairs = new CopyOnWriteArrayList<>();
  private final Map<String, ObjectNode> byId = new ConcurrentHashMap<>();
  private final List<ObjectNode> actions = new CopyOnWriteArrayList<>();
  private final List<Reviewed> reviewed = new CopyOnWriteArrayList<>();
  private final Set<String> sessions = ConcurrentHashMap.newKeySet();
  private final Set<String> failing = ConcurrentHashMap.newKeySet();
  private final AtomicLong lastNumber = new AtomicLong();
  private final ObjectNode profile;
  private final WebServer server;

  private ScriptedBoards(ScriptedPairs made) throws IOException {
    made.pairs().forEach(this::add);
    profile = made.profile();
    actions.addAll(made.actions());
    List<Route> routes = new ArrayList<>(DashboardPage.routes());
    get(routes, "/v1/overview", request -> JSON.createObjectNode().put("dataset", "pairs"));
    get(routes, "/v1/topology", request -> empty("nodes", "edges"));
    get(routes, "/v1/lag", request -> empty("groups"));
    get(routes, "/v1/pairs", this::search);
    get(routes, "/v1/pairs/{id}", this::card);
    get(routes, "/v1/quarantine", request -> quarantine());
    get(routes, "/v1/profile", request -> profile);
    get(routes, "/v1/actions", request -> JSON.createObjectNode().set("actions", array(actions)));
    routes.add(
        Route.get(
                "/v1/pictures/{topic}/{partition}/{offset}",
                Access.VIEW,
                (request, body) -> picture(request))
            .taking("size"));
    Set<String> json = Set.of("application/json");
    routes.add(Route.get("/v1/session", Access.OPEN, (request, body) -> done(whoIs(request))));
    routes.add(Route.post("/v1/session", Access.OPEN, json, 10_000, this::login));
    routes.add(Route.delete("/v1/session", Access.OPEN, (request, body) -> logout()));
    routes.add(Route.post("/v1/reviews", Access.REVIEW_BY_HANDLER, json, 1_000_000, this::review));
    Authenticator authenticator = request -> isReviewer(request) ? REVIEWER : VIEWER;
    server =
        new WebServer(
            ServerSettings.of("127.0.0.1", 0),
            new Router(routes),
            authenticator,
            Quota.UNLIMITED,
            true);
    server.start();
  }

  static ScriptedBoards open(ScriptedPairs pairs) throws IOException {
    return new ScriptedBoards(pairs);
  }

  private void add(ObjectNode pair) {
    pairs.add(pair);
    byId.put(pair.get("id").asText(), pair);
  }

  /** The page's address. */
  String address() {
    return "http://127.0.0.1:" + server.port();
  }

  /** What was decided, in order. */
  List<Reviewed> reviewed() {
    return List.copyOf(reviewed);
  }

  /** Reviews of this pair fail. */
  void failFor(String id) {
    failing.add(id);
  }

  /** Somebody else lets this pair in. */
  synchronized void accept(String id) {
    byId.get(id).put("standing", "TRAINING").put("reason", "");
  }

  /** Everybody has to log in again. */
  void endSessions() {
    sessions.clear();
  }

  /** Ids of the pairs in quarantine for a reason, the newest first. */
  List<String> quarantined(String reason) {
    return pairs.stream()
        .filter(pair -> text(pair, "reason").equals(reason))
        .map(pair -> text(pair, "id"))
        .toList();
  }

  /** Id of the pair with the longest caption. */
  String longest() {
    return pairs.stream()
        .max(Comparator.comparingInt(pair -> text(pair, "caption").length()))
        .map(pair -> text(pair, "id"))
        .orElseThrow();
  }

  private void get(List<Route> routes, String template, Read read) {
    routes.add(
        Route.get(template, Access.VIEW, (request, body) -> answer(read, request)).taking(FILTERS));
  }

  private synchronized CompletionStage<Answer> answer(Read read, Incoming request) {
    return done(Answer.json(200, read.answer(request)));
  }

  /** Answers with JSON. */
  @FunctionalInterface
  private interface Read {
    JsonNode answer(Incoming request);
  }

  private static CompletionStage<Answer> done(Answer answer) {
    return CompletableFuture.completedFuture(answer);
  }

  private static ObjectNode empty(String... lists) {
    ObjectNode empty = JSON.createObjectNode().put("ready", false);
    for (String list : lists) {
      empty.putArray(list);
    }
    return empty;
  }

  private static ArrayNode array(List<? extends JsonNode> items) {
    ArrayNode array = JSON.createArrayNode();
    items.forEach(array::add);
    return array;
  }

  private static String text(JsonNode node, String field) {
    return node.path(field).asText("");
  }

  private JsonNode search(Incoming request) {
    List<ObjectNode> found = pairs.stream().filter(wanted(request)).toList();
    int from = request.query("after").map(Integer::parseInt).orElse(0);
    int limit = Math.min(request.query("limit").map(Integer::parseInt).orElse(PAGE), 500);
    int to = Math.min(found.size(), from + limit);
    ObjectNode answer = JSON.createObjectNode().put("ready", true);
    answer.set(
        "pairs", array(found.subList(Math.min(from, to), to).stream().map(this::summary).toList()));
    answer.put("next", to < found.size() ? String.valueOf(to) : null);
    answer.put("found", found.size());
    return answer;
  }

  private static Predicate<ObjectNode> wanted(Incoming request) {
    Predicate<ObjectNode> wanted =
        equal(request, "reason", "reason")
            .and(equal(request, "source", "source_kind"))
            .and(equal(request, "contributor", "contributor"))
            .and(equal(request, "standing", "standing"));
    String words = request.query("q").orElse("").strip().toLowerCase(Locale.ROOT);
    if (words.isEmpty()) {
      return wanted;
    }
    return wanted.and(
        pair ->
            text(pair, "id").startsWith(words)
                || text(pair, "image_digest").startsWith(words)
                || text(pair, "contributor").toLowerCase(Locale.ROOT).equals(words)
                || text(pair, "reason").toLowerCase(Locale.ROOT).equals(words)
                || text(pair, "caption").toLowerCase(Locale.ROOT).contains(words));
  }

  private static Predicate<ObjectNode> equal(Incoming request, String name, String field) {
    Optional<String> value = request.query(name).filter(given -> !given.isEmpty());
    return pair -> value.isEmpty() || text(pair, field).equals(value.get());
  }

  private ObjectNode summary(ObjectNode pair) {
    return pair.deepCopy().retain(ScriptedPairs.SUMMARY);
  }

  private JsonNode card(Incoming request) {
    ObjectNode pair = byId.get(request.parameter("id"));
    if (pair == null) {
      throw Problem.of(ProblemKind.NOT_FOUND, "no pair of that id is known").asException();
    }
    return pair;
  }

  private JsonNode quarantine() {
    Map<String, ObjectNode> cells = new TreeMap<>();
    Map<String, ObjectNode> reasons = new TreeMap<>();
    Set<String> sources = new TreeSet<>();
    Instant yesterday = ScriptedPairs.NOW.minus(Duration.ofHours(24));
    int total = 0;
    for (ObjectNode pair : pairs) {
      if (!text(pair, "standing").equals("QUARANTINED")) {
        continue;
      }
      total++;
      String reason = text(pair, "reason");
      String source = text(pair, "source_kind");
      sources.add(source);
      reasons.computeIfAbsent(
          reason,
          any -> JSON.createObjectNode().put("reason", reason).put("remedy", text(pair, "remedy")));
      ObjectNode cell =
          cells.computeIfAbsent(
              reason + "\n" + source,
              any ->
                  JSON.createObjectNode()
                      .put("reason", reason)
                      .put("source", source)
                      .put("count", 0)
                      .put("last_24h", 0)
                      .put("newest_at", text(pair, "decided_at")));
      cell.put("count", cell.get("count").asInt() + 1);
      if (ScriptedPairs.time(text(pair, "decided_at")).isAfter(yesterday)) {
        cell.put("last_24h", cell.get("last_24h").asInt() + 1);
      }
    }
    ObjectNode answer = JSON.createObjectNode().put("ready", true).put("total", total);
    answer.set("cells", array(List.copyOf(cells.values())));
    answer.set("reasons", array(List.copyOf(reasons.values())));
    ArrayNode names = answer.putArray("sources");
    sources.forEach(names::add);
    return answer;
  }

  private static CompletionStage<Answer> picture(Incoming request) {
    int number = Integer.parseInt(request.parameter("offset"));
    int size = request.query("size").map(Integer::parseInt).orElse(256);
    return done(
        Answer.of(
                200,
                "image/jpeg",
                request.parameter("topic").equals("pairs.training")
                    ? DrawnScenes.square(number, size)
                    : DrawnScenes.jpeg(number, size))
            .withHeader("Cache-Control", "private, max-age=3600"));
  }

  private boolean isReviewer(Incoming request) {
    return request.header("Cookie").stream()
        .flatMap(cookies -> List.of(cookies.split("; ")).stream())
        .anyMatch(
            cookie ->
                cookie.startsWith(SESSION + "=")
                    && sessions.contains(cookie.substring(SESSION.length() + 1)));
  }

  private Answer whoIs(Incoming request) {
    return isReviewer(request) ? session(REVIEWER) : session(VIEWER);
  }

  private static Answer session(Principal principal) {
    ObjectNode json = JSON.createObjectNode();
    json.put("login_required", false).put("actor", principal.producer());
    ArrayNode scopes = json.putArray("scopes");
    principal.scopes().stream().sorted().map(Scope::label).forEach(scopes::add);
    return Answer.json(200, json);
  }

  private CompletionStage<Answer> login(Incoming request, byte[] body) {
    String key = text(read(body), "key");
    if (!key.equals(REVIEWER_KEY)) {
      throw Problem.of(ProblemKind.UNAUTHORIZED, "no such key").asException();
    }
    String token = "t" + lastNumber.incrementAndGet();
    sessions.add(token);
    return done(
        session(REVIEWER)
            .withHeader(
                "Set-Cookie", SESSION + "=" + token + "; Path=/; HttpOnly; SameSite=Strict"));
  }

  private CompletionStage<Answer> logout() {
    sessions.clear();
    return done(session(VIEWER));
  }

  private static JsonNode read(byte[] body) {
    try {
      return JSON.readTree(body);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private synchronized CompletionStage<Answer> review(Incoming request, byte[] body) {
    if (!request.principal().scopes().contains(Scope.REVIEW)) {
      throw Problem.of(ProblemKind.FORBIDDEN, "this needs a key with the scope review")
          .asException();
    }
    JsonNode asked = read(body);
    String decision = text(asked, "decision");
    List<String> ids = new ArrayList<>();
    asked.path("pairs").forEach(id -> ids.add(id.asText()));
    reviewed.add(new Reviewed(ids, decision, text(asked, "caption"), text(asked, "comment")));
    ObjectNode answer = JSON.createObjectNode();
    ArrayNode results = answer.putArray("results");
    for (String id : ids) {
      ObjectNode result = results.addObject().put("id", id);
      if (failing.contains(id) || !byId.containsKey(id)) {
        result.put("outcome", "FAILED").put("detail", "its original is gone from the topic");
        continue;
      }
      String reviewId = "review-" + lastNumber.incrementAndGet();
      result.put("outcome", "DONE").put("review_id", reviewId);
      ObjectNode pair = byId.get(id);
      if (!decision.equals("REJECTED")) {
        result.put("sent_pair_id", id);
        accept(id);
      }
      pair.withArray("reviews")
          .addObject()
          .put("review_id", reviewId)
          .put("decision", decision)
          .put("reviewer", "anna")
          .put("comment", text(asked, "comment"))
          .put("caption", text(asked, "caption"))
          .put("sent_pair_id", decision.equals("REJECTED") ? "" : id)
          .put("reviewed_at", ScriptedPairs.NOW.toString());
      actions.add(
          0,
          JSON.createObjectNode()
              .put("action_id", "action-" + lastNumber.incrementAndGet())
              .put("name", "quarantine.review")
              .put("subject", id)
              .put("actor", "anna")
              .put("detail", decision + ": " + text(asked, "comment"))
              .put("outcome", "DONE")
              .put("done_at", ScriptedPairs.NOW.toString()));
    }
    return done(Answer.json(200, answer));
  }

  @Override
  public void close() {
    server.close();
  }
}

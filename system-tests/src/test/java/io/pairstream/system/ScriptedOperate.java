package io.pairstream.system;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.drawing.DrawnPairs;
import io.pairstream.operate.web.DashboardPage;
import io.pairstream.service.http.Access;
import io.pairstream.service.http.Answer;
import io.pairstream.service.http.Authenticator;
import io.pairstream.service.http.Incoming;
import io.pairstream.service.http.Principal;
import io.pairstream.service.http.Route;
import io.pairstream.service.http.Scope;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntToDoubleFunction;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The operators' page before a platform that a test makes up: a poison picture holds one partition,
 * an export is behind, a trainer's group is about to lose what it has not read.
 */
final class ScriptedOperate extends ScriptedServer {

  /** Offset of the record whose picture cannot be shown. */
  private static final String DAMAGED = "13";

  private static final Principal VIEWER = new Principal("anonymous", "", Set.of(Scope.VIEW));

  private final ObjectNode overview = read("overview");
  private final ObjectNode topology = read("topology");
  private final ObjectNode lag = read("lag");
  private final ObjectNode card = read("card");
  private final List<String> mutes = new CopyOnWriteArrayList<>();
  private final AtomicInteger asked = new AtomicInteger();

  static ScriptedOperate open() throws IOException {
    ScriptedOperate service = new ScriptedOperate();
    service.open(0);
    return service;
  }

  @Override
  List<Route> routes() {
    List<Route> routes = new ArrayList<>(DashboardPage.routes());
    answer(routes, "/v1/session", request -> read("session"));
    answer(routes, "/v1/overview", request -> overview());
    answer(routes, "/v1/overview/history", request -> read("hour"));
    answer(routes, "/v1/topology", request -> topology);
    answer(routes, "/v1/lag", this::lag);
    answer(routes, "/v1/lag/history", request -> read("history"));
    answer(routes, "/v1/quarantine", request -> read("quarantine"));
    routes.add(
        Route.get("/v1/pairs", Access.OPEN, (request, body) -> json(read("pairs")))
            .taking("q", "status", "reason", "source", "contributor", "producer", "limit"));
    answer(routes, "/v1/pairs/{id}", request -> card());
    routes.add(
        Route.get("/v1/threshold", Access.OPEN, (request, body) -> json(threshold(request)))
            .taking("field", "bound", "limit"));
    routes.add(
        Route.post(
            "/v1/mutes",
            Access.OPEN,
            Set.of("application/json"),
            9_000,
            (request, body) -> {
              mutes.add(new String(body, UTF_8));
              return json(Http.JSON.createObjectNode());
            }));
    byte[] picture = RunningPlatform.image(RunningPlatform.submitted(new DrawnPairs(3, 0.0), 0));
    routes.add(
        Route.get(
                "/v1/pictures/{topic}/{partition}/{offset}",
                Access.VIEW,
                (request, body) ->
                    CompletableFuture.completedFuture(
                        request.parameter("offset").equals(DAMAGED)
                            ? Answer.of(204, "", new byte[0])
                            : Answer.of(200, "image/jpeg", picture)))
            .taking("size", "absent"));
    return routes;
  }

  @Override
  Authenticator authenticator() {
    return request -> VIEWER;
  }

  private static void answer(List<Route> routes, String path, Function<Incoming, JsonNode> answer) {
    routes.add(Route.get(path, Access.OPEN, (request, body) -> json(answer.apply(request))));
  }

  String address(String view) {
    return address() + "/" + view;
  }

  /** Changes the overview that is answered from now on. */
  synchronized void change(Consumer<ObjectNode> change) {
    change.accept(overview);
  }

  /** Changes the card that is answered from now on. */
  synchronized void changeCard(Consumer<ObjectNode> change) {
    change.accept(card);
  }

  /** Groups that were asked to be muted. */
  List<String> mutes() {
    return mutes;
  }

  private synchronized JsonNode card() {
    return card.deepCopy();
  }

  /** Answers of the service: overview, topology, lag. */
  List<ObjectNode> answers() {
    return List.of(overview, topology, lag);
  }

  /** How often the overview was asked for. */
  int asked() {
    return asked.get();
  }

  private synchronized JsonNode overview() {
    asked.incrementAndGet();
    return overview.deepCopy();
  }

  /**
   * A hundred pairs, of which number i has the answer i / 100, or 0 to 3 faces; ten are not asked
   * about yet.
   */
  private static JsonNode threshold(Incoming request) {
    double limit = Double.parseDouble(request.query("limit").orElse("0.3"));
    boolean isMost = !request.query("bound").equals(Optional.of("AT_LEAST"));
    String field = request.query("field").orElse("answer.nsfw");
    ObjectNode answer = Http.JSON.createObjectNode().put("ready", true).put("published", 112);
    answer.putArray("fields").add("answer.nsfw").add("answer.faces").add("measure.sharpness");
    answer.put("field", field).put("bound", isMost ? "AT_MOST" : "AT_LEAST");
    ObjectNode divided = answer.putObject("divided").put("count", 100).put("failed", 2);
    ArrayNode edges = divided.putObject("histogram").put("unit", "").putArray("edges");
    ArrayNode counts = ((ObjectNode) divided.path("histogram")).putArray("counts");
    boolean isCount = field.equals("answer.faces");
    IntToDoubleFunction value = i -> isCount ? Math.floor(i / 25.0) : i / 100.0;
    IntStream.rangeClosed(0, 20).forEach(i -> edges.add(isCount ? i / 5.0 : i / 20.0));
    IntStream.range(0, 20).forEach(i -> counts.add(isCount ? (i % 5 == 0 ? 25 : 0) : 5));
    Predicate<Integer> isKept =
        i -> isMost ? value.applyAsDouble(i) <= limit : value.applyAsDouble(i) >= limit;
    Map<Boolean, List<Integer>> sides =
        IntStream.range(0, 100).boxed().collect(Collectors.partitioningBy(isKept));
    List<Integer> below = sides.get(isMost);
    List<Integer> above = sides.get(!isMost);
    divided.put("limit", limit).put("kept", (isMost ? below : above).size());
    ArrayNode lower = divided.putArray(isMost ? "kept_pairs" : "left_out_pairs");
    ArrayNode upper = divided.putArray(isMost ? "left_out_pairs" : "kept_pairs");
    below.stream()
        .skip(Math.max(0, below.size() - 8))
        .forEach(i -> lower.insert(0, pair(i, value)));
    above.stream().limit(8).forEach(i -> upper.add(pair(i, value)));
    divided.put("condition", field + (isMost ? "<=" : ">=") + limit);
    divided.put(
        "recipe",
        field.startsWith("measure.")
            ? "quality:\n  min-sharpness: " + limit
            : "answers:\n  nsfw:\n    max: " + limit);
    if (field.equals("answer.nsfw") && isMost) {
      divided.putObject("in_recipe").put("limit", 0.3).put("when_outside", "HOLD");
    }
    return answer;
  }

  private static ObjectNode pair(int number, IntToDoubleFunction value) {
    return Http.JSON
        .createObjectNode()
        .put("value", value.applyAsDouble(number))
        .put("id", "pair" + number)
        .put("caption", "A harbour at low tide, seen from wall number " + number)
        .put("language", "en")
        .put("picture", "/v1/pictures/pairs.training/0/" + (100 + number));
  }

  private JsonNode lag(Incoming request) {
    ObjectNode chosen = lag.deepCopy();
    ArrayNode groups = chosen.putArray("groups");
    for (JsonNode group : lag.path("groups")) {
      if (request
          .query("group")
          .filter(name -> !name.equals(group.path("group").asText()))
          .isEmpty()) {
        ObjectNode shown = group.deepCopy();
        if (request.query("partitions").equals(Optional.of("false"))) {
          shown.putArray("partitions");
        }
        groups.add(shown);
      }
    }
    return chosen;
  }

  private static ObjectNode read(String name) {
    try (InputStream file =
        ScriptedOperate.class.getResourceAsStream("/dashboard/" + name + ".json")) {
      return (ObjectNode) Http.JSON.readTree(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

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
import io.pairstream.service.http.Quota;
import io.pairstream.service.http.Route;
import io.pairstream.service.http.Router;
import io.pairstream.service.http.Scope;
import io.pairstream.service.http.ServerSettings;
import io.pairstream.service.http.WebServer;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The real server with the real dashboard, before a platform that a test makes up: a poison picture
 * holds one partition, an export is behind, a trainer's group is about to lose what it has not
 * read.
 */
final class ScriptedOperations implements AutoCloseable {

  /** Of history and heat map. */
  private static final int POINTS = 61;

  /** The last points, at which the worst partition stands still. */
  private static final int STANDING = 7;

  private static final JsonMapper JSON = new JsonMapper();
  private static final Principal VIEWER = new Principal("anonymous", "", Set.of(Scope.VIEW));

  private final ObjectNode overview = read("overview");
  private final ObjectNode topology = read("topology");
  private final ObjectNode lag = read("lag");
  private final ObjectNode history = JSON.createObjectNode();
  private final ObjectNode heat = JSON.createObjectNode();
  private final AtomicInteger asked = new AtomicInteger();
  private WebServer server;

  private ScriptedOperations() throws IOException {
    makeHistory();
    makeHeat(lag.withArray("groups").get(0).withArray("partitions"));
    start(0);
  }

  static ScriptedOperations open() throws IOException {
    return new ScriptedOperations();
  }

  private void start(int port) throws IOException {
    List<Route> routes = new ArrayList<>(DashboardPage.routes());
    ObjectNode session = JSON.createObjectNode().put("login_required", true);
    session.put("actor", "anonymous").putArray("scopes").add("view");
    answer(routes, "/v1/session", request -> session);
    answer(routes, "/v1/overview", request -> overview());
    answer(routes, "/v1/topology", request -> topology);
    answer(routes, "/v1/lag", this::lag);
    answer(routes, "/v1/lag/history", request -> history);
    answer(routes, "/v1/lag/heat", request -> heat);
    routes.add(
        Route.get(
                "/v1/pictures/{topic}/{partition}/{offset}",
                Access.VIEW,
                (request, body) ->
                    CompletableFuture.completedFuture(
                        Answer.of(200, "image/jpeg", DrawnScenes.jpeg(3, 512))))
            .taking("size"));
    Authenticator anybody = request -> VIEWER;
    server =
        new WebServer(
            ServerSettings.of("127.0.0.1", port),
            new Router(routes),
            anybody,
            Quota.UNLIMITED,
            true);
    server.start();
  }

  private void answer(List<Route> routes, String path, Function<Incoming, JsonNode> json) {
    routes.add(Route.get(path, Access.OPEN, (request, body) -> written(json.apply(request))));
  }

  private static CompletionStage<Answer> written(JsonNode json) {
    return CompletableFuture.completedFuture(Answer.json(200, json));
  }

  String address(String view) {
    return "http://127.0.0.1:" + server.port() + "/" + view;
  }

  /** Changes what is answered from now on: the overview and, alike, the lag. */
  synchronized void change(Consumer<ObjectNode> inOverview, Consumer<ObjectNode> inLag) {
    inOverview.accept(overview);
    inLag.accept(lag);
  }

  /** All that the service answers, to be changed before anybody asks. */
  List<ObjectNode> answers() {
    return List.of(overview, topology, lag, history, heat);
  }

  /** How often the overview was asked for. */
  int asked() {
    return asked.get();
  }

  /** Closes, as a service does that is restarted, until {@link #reopen}. */
  int interrupt() {
    int port = server.port();
    server.close();
    return port;
  }

  void reopen(int port) throws IOException {
    start(port);
  }

  /** With rates that move a little, as they do. */
  private synchronized JsonNode overview() {
    int times = asked.incrementAndGet();
    ObjectNode now = overview.deepCopy();
    int row = 0;
    for (String side : List.of("doors", "outputs")) {
      for (JsonNode one : now.withArray(side)) {
        double swing = 1 + 0.18 * Math.sin(times / 3.0 + row) + 0.07 * Math.sin(times * 1.7 + row);
        row++;
        ((ObjectNode) one).put("per_second", one.path("per_second").asDouble() * swing);
      }
    }
    return now;
  }

  private synchronized JsonNode lag(Incoming request) {
    ObjectNode chosen = lag.deepCopy();
    request
        .query("group")
        .ifPresent(
            name -> {
              ArrayNode groups = JSON.createArrayNode();
              chosen.withArray("groups").forEach(group -> addIfNamed(groups, group, name));
              chosen.set("groups", groups);
            });
    if (request.query("partitions").equals(Optional.of("false"))) {
      chosen.withArray("groups").forEach(group -> ((ObjectNode) group).putArray("partitions"));
    }
    return chosen;
  }

  private static void addIfNamed(ArrayNode groups, JsonNode group, String name) {
    if (group.path("group").asText().equals(name)) {
      groups.add(group);
    }
  }

  /** Many groups with many partitions each. */
  void grow(int groups, int partitions) {
    ArrayNode all = lag.putArray("groups");
    ArrayNode summaries = overview.putArray("groups");
    ObjectNode group = (ObjectNode) read("lag").withArray("groups").get(0);
    ObjectNode partition = (ObjectNode) group.withArray("partitions").get(0);
    for (int g = 0; g < groups; g++) {
      ObjectNode next = group.deepCopy();
      next.put("group", "readers-%03d".formatted(g)).put("verdict", g == 0 ? "STALL" : "OK");
      summaries.add(next.deepCopy().without("partitions"));
      ArrayNode rows = next.putArray("partitions");
      for (int p = 0; p < partitions; p++) {
        rows.add(partition.deepCopy().put("partition", p).put("lag", p * 7));
      }
      all.add(next);
    }
    makeHeat((ArrayNode) all.get(0).get("partitions"));
  }

  private void makeHistory() {
    history.put("step_seconds", 60);
    ArrayNode points = history.putArray("points");
    for (int i = 0; i < POINTS; i++) {
      int standing = Math.max(0, i - (POINTS - STANDING) + 1);
      int burst = i > 20 && i < 28 ? (i - 20) * 40 : 0;
      long waiting = Math.round(10 + 8 * Math.sin(i / 4.0) + burst + standing * 192);
      double arriving = 57 + 6 * Math.sin(i / 5.0) + 2 * Math.sin(i * 1.3);
      points
          .addObject()
          .put("at", minutesAgo(POINTS - 1 - i))
          .put("lag", waiting)
          .put("bytes", waiting * 500_000)
          .put("seconds", standing > 0 ? standing * 60.0 : waiting * 0.3)
          .put("arrival_per_second", arriving)
          .put("processing_per_second", standing > 0 ? arriving - 9 : arriving)
          .put("verdict", standing > 1 ? "STALL" : burst > 0 ? "BEHIND" : "OK");
    }
  }

  private void makeHeat(ArrayNode partitions) {
    heat.removeAll();
    ArrayNode times = heat.putArray("times");
    for (int i = 0; i < POINTS; i++) {
      times.add(minutesAgo(POINTS - 1 - i));
    }
    ArrayNode rows = heat.putArray("rows");
    int row = 0;
    for (JsonNode partition : partitions) {
      ObjectNode next = rows.addObject();
      next.set("topic", partition.get("topic"));
      next.set("partition", partition.get("partition"));
      ArrayNode waiting = next.putArray("lag");
      ArrayNode verdicts = next.putArray("verdict");
      String now = partition.path("verdict").asText();
      for (int i = 0; i < POINTS; i++) {
        int standing = now.equals("OK") ? 0 : Math.max(0, i - (POINTS - STANDING) + 1);
        int burst = i > 20 && i < 28 ? 30 * (row % 3) : 0;
        long usual = Math.max(0, Math.round(4 + 4 * Math.sin(i / 3.0 + row)));
        waiting.add(usual + burst + standing * (now.equals("STALL") ? 172L : 44L));
        verdicts.add(standing > 1 ? now : burst > 30 ? "BEHIND" : "OK");
      }
      row++;
    }
  }

  private String minutesAgo(int minutes) {
    return Instant.parse(lag.get("at").asText()).minusSeconds(60L * minutes).toString();
  }

  private static ObjectNode read(String name) {
    try (InputStream file =
        ScriptedOperations.class.getResourceAsStream("/dashboard/" + name + ".json")) {
      return (ObjectNode) JSON.readTree(file);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    server.close();
  }
}

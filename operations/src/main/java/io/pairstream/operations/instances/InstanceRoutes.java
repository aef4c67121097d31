package io.pairstream.operations.instances;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.operations.sentence.Sentence;
import io.pairstream.service.http.Access;
import io.pairstream.service.http.Answer;
import io.pairstream.service.http.Json;
import io.pairstream.service.http.Route;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** {@code GET /v1/overview} and {@code GET /v1/topology}. */
public final class InstanceRoutes {

  private final OverviewSources sources;

  public InstanceRoutes(OverviewSources sources) {
    this.sources = sources;
  }

  /** Both. */
  public List<Route> routes() {
    return List.of(
        Route.get(
            "/v1/overview", Access.VIEW, (request, body) -> answer(new Overview(sources).json())),
        Route.get("/v1/topology", Access.VIEW, (request, body) -> answer(topology())));
  }

  private static CompletableFuture<Answer> answer(ObjectNode json) {
    return CompletableFuture.completedFuture(Answer.json(200, json));
  }

  ObjectNode topology() {
    Optional<String> text = sources.instances().topology("preprocess");
    Graph graph = Graph.parse(text.orElse(""));
    GraphWork work =
        new GraphWork(
            sources.instances().all().stream()
                .filter(instance -> instance.service().equals("preprocess"))
                .toList());
    Optional<String> bottleneck = work.bottleneck();
    ObjectNode json = Json.MAPPER.createObjectNode();
    json.put("ready", text.isPresent());
    work.sentence().put(json, "sentence");
    Overview.put(json, "working", work.working());
    ArrayNode nodes = json.putArray("nodes");
    for (Graph.Node node : graph.nodes()) {
      boolean slowest = bottleneck.filter(node.id()::equals).isPresent();
      ObjectNode one =
          nodes
              .addObject()
              .put("id", node.id())
              .put("kind", node.kind().name().toLowerCase(Locale.ROOT));
      ArrayNode topics = one.putArray("topics");
      node.topics().forEach(topics::add);
      ArrayNode stores = one.putArray("stores");
      node.stores().forEach(stores::add);
      Overview.put(one, "per_second", work.perSecond(graph, node));
      Overview.put(one, "ms", work.milliseconds(node.id()));
      Overview.put(one, "busy", work.busy(node.id()));
      one.put("bottleneck", slowest);
      (slowest ? work.sentence(node.id()) : Sentence.verbatim("")).put(one, "sentence");
    }
    ArrayNode edges = json.putArray("edges");
    graph.edges().forEach(edge -> edges.addObject().put("from", edge.from()).put("to", edge.to()));
    json.put("text", text.orElse(""));
    return json;
  }
}

package io.pairstream.operations.instances;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.pairstream.operations.sentence.AnswerJson;
import io.pairstream.operations.sentence.Sentence;
import io.pairstream.service.http.Access;
import io.pairstream.service.http.Route;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** {@code GET /v1/overview} and {@code GET /v1/topology}. */
public final class InstanceRoutes {

  private final Overview.Sources sources;

  public InstanceRoutes(Overview.Sources sources) {
    this.sources = sources;
  }

  /** Both. */
  public List<Route> routes() {
    return List.of(
        get("/v1/overview", () -> new Overview(sources).answer()),
        get("/v1/topology", this::topology));
  }

  private static Route get(String path, Supplier<Object> answer) {
    return Route.get(
        path,
        Access.VIEW,
        (request, body) -> CompletableFuture.completedFuture(AnswerJson.answer(answer.get())));
  }

  /**
   * The topology of preprocessing.
   *
   * @param ready whether a process has described it
   * @param working share of the threads' time that all nodes' work takes
   * @param text as Kafka Streams describes it
   */
  record Topology(
      boolean ready,
      Sentence sentence,
      double working,
      List<NodeNow> nodes,
      Set<Graph.Edge> edges,
      String text) {}

  /** A node with what it does now. */
  record NodeNow(
      @JsonUnwrapped Graph.Node node,
      double perSecond,
      double ms,
      double busy,
      boolean bottleneck,
      Sentence sentence) {}

  Topology topology() {
    Optional<String> text = sources.instances().topology("preprocess");
    Graph graph = Graph.parse(text.orElse(""));
    GraphWork work =
        new GraphWork(
            sources.instances().all().stream()
                .filter(instance -> instance.service().equals("preprocess"))
                .toList());
    Optional<String> bottleneck = work.bottleneck();
    List<NodeNow> nodes = new ArrayList<>();
    for (Graph.Node node : graph.nodes()) {
      boolean slowest = bottleneck.filter(node.id()::equals).isPresent();
      nodes.add(
          new NodeNow(
              node,
              work.perSecond(graph, node),
              work.milliseconds(node.id()),
              work.busy(node.id()),
              slowest,
              slowest ? work.sentence(node.id()) : Sentence.verbatim("")));
    }
    return new Topology(
        text.isPresent(), work.sentence(), work.working(), nodes, graph.edges(), text.orElse(""));
  }
}

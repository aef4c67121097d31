package io.pairstream.operations.instances;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.pairstream.operations.sentence.AnswerJson;
import io.pairstream.operations.sentence.Sentence;
import io.pairstream.service.http.Access;
import io.pairstream.service.http.Route;
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

  /** The topology of preprocessing, and what its nodes do. */
  record Topology(
      boolean ready,
      Sentence sentence,
      double working,
      List<NodeNow> nodes,
      Set<Graph.Edge> edges) {}

  /**
   * A node and what it does.
   *
   * @param ms the node's own time for a record
   * @param busy share of the threads' time that the node's own work takes
   * @param bottleneck whether it holds the others back
   */
  record NodeNow(
      @JsonUnwrapped Graph.Node node,
      double perSecond,
      double ms,
      double busy,
      boolean bottleneck) {}

  Topology topology() {
    Optional<String> text = sources.instances().topology("preprocess");
    Graph graph = Graph.parse(text.orElse(""));
    GraphWork work = new GraphWork(graph, sources.instances().of("preprocess"));
    Optional<String> bottleneck = work.bottleneck();
    return new Topology(
        text.isPresent(),
        work.sentence(),
        work.working(),
        graph.nodes().stream()
            .map(
                node ->
                    new NodeNow(
                        node,
                        work.perSecond(node),
                        work.milliseconds(node.id()),
                        work.busy(node.id()),
                        bottleneck.equals(Optional.of(node.id()))))
            .toList(),
        graph.edges());
  }
}

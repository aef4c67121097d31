package io.pairstream.service.http;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * {@code GET /health/live} and {@code GET /health/ready}, for whoever starts and stops instances.
 *
 * @param obstacles each says why the service cannot work, if it cannot
 */
public record HealthRoutes(List<Supplier<Optional<String>>> obstacles) {

  /** Both, for anybody. */
  public List<Route> routes() {
    return List.of(
        Route.quick("/health/live", Access.OPEN, request -> status("live")),
        Route.quick("/health/ready", Access.OPEN, request -> ready()));
  }

  private Answer ready() {
    List<String> found = obstacles.stream().map(Supplier::get).flatMap(Optional::stream).toList();
    if (!found.isEmpty()) {
      throw Problem.of(ProblemKind.NOT_READY, String.join("; ", found)).retryAfter(2);
    }
    return status("ready");
  }

  private static Answer status(String status) {
    return Answer.json(200, Json.MAPPER.createObjectNode().put("status", status));
  }
}

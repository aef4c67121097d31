package io.pairstream.ingest.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.service.http.Access;
import io.pairstream.service.http.Answer;
import io.pairstream.service.http.Json;
import io.pairstream.service.http.Route;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/** {@code GET /openapi.json}: what the service takes and answers, for programs. */
final class OpenApiRoute {

  private final Answer document;

  /**
   * @param anonymous whether the service asks for no keys, so that the document names none
   */
  OpenApiRoute(boolean anonymous) {
    try (InputStream file = OpenApiRoute.class.getResourceAsStream("openapi.json")) {
      ObjectNode json = (ObjectNode) Json.MAPPER.readTree(file);
      if (anonymous) {
        json.putArray("security");
      }
      document = Answer.json(200, json);
    } catch (IOException e) {
      throw new IllegalStateException("the jar has no openapi.json", e);
    }
  }

  List<Route> routes() {
    return List.of(Route.quick("/openapi.json", Access.OPEN, request -> document));
  }
}

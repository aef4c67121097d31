package io.pairstream.ingest.door;

import io.pairstream.ingest.http.Access;
import io.pairstream.ingest.http.Answer;
import io.pairstream.ingest.http.Json;
import io.pairstream.ingest.http.Route;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/** {@code GET /openapi.json}: what the service takes and answers, for programs. */
final class OpenApiRoute {

  private final Answer document;

  OpenApiRoute() {
    try (InputStream file = OpenApiRoute.class.getResourceAsStream("openapi.json")) {
      document = Answer.of(200, Json.MEDIA_TYPE, file.readAllBytes());
    } catch (IOException e) {
      throw new IllegalStateException("the jar has no openapi.json", e);
    }
  }

  List<Route> routes() {
    return List.of(Route.quick("/openapi.json", Access.OPEN, request -> document));
  }
}

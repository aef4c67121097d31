package io.pairstream.operations.operate;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.service.http.Access;
import io.pairstream.service.http.Answer;
import io.pairstream.service.http.Json;
import io.pairstream.service.http.Route;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code GET /openapi.json}: which addresses there are, and which scope each asks for. */
final class ApiDescription {

  private static final Pattern PARAMETER = Pattern.compile("\\{(\\w+)}");

  private ApiDescription() {}

  /**
   * The route.
   *
   * @param all the others
   */
  static Route of(List<Route> all) {
    Answer document = Answer.json(200, describe(all));
    return Route.quick("/openapi.json", Access.OPEN, request -> document);
  }

  private static ObjectNode describe(List<Route> all) {
    ObjectNode json = Json.MAPPER.createObjectNode().put("openapi", "3.1.0");
    json.putObject("info").put("title", "Pairstream for operators").put("version", "1");
    json.putObject("components")
        .putObject("securitySchemes")
        .putObject("key")
        .put("type", "http")
        .put("scheme", "bearer");
    ObjectNode paths = json.putObject("paths");
    for (Route route : all) {
      ObjectNode operation =
          paths
              .withObjectProperty(route.template())
              .putObject(route.method().name().toLowerCase(Locale.ROOT));
      Matcher names = PARAMETER.matcher(route.template());
      ArrayNode parameters = operation.putArray("parameters");
      while (names.find()) {
        parameters
            .addObject()
            .put("name", names.group(1))
            .put("in", "path")
            .put("required", true)
            .putObject("schema")
            .put("type", "string");
      }
      for (String name : new TreeSet<>(route.query())) {
        parameters
            .addObject()
            .put("name", name)
            .put("in", "query")
            .putObject("schema")
            .put("type", "string");
      }
      ArrayNode security = operation.putArray("security");
      if (route.access() != Access.OPEN) {
        ArrayNode scopes = security.addObject().putArray("key");
        route.access().scope().ifPresent(scope -> scopes.add(scope.label()));
      }
      operation
          .putObject("responses")
          .putObject("default")
          .put("description", "What is asked for, or a problem (RFC 9457)");
    }
    return json;
  }
}

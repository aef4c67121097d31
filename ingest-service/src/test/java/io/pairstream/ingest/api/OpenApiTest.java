package io.pairstream.ingest.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.service.Cluster;
import io.pairstream.service.http.Access;
import io.pairstream.service.http.Json;
import io.pairstream.service.http.ProblemKind;
import io.pairstream.service.http.Route;
import io.pairstream.service.http.ServerSettings;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The document says what the router does. {@link OpenApiFuzzTest} asks the running service. */
class OpenApiTest {

  @TempDir static Path stateDir;

  private final JsonNode document = document();
  private final List<Route> routes = routes();

  @Test
  void everyRouteIsInTheDocumentAndNothingElseIs() {
    Set<String> documented = new TreeSet<>();
    document
        .get("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .fieldNames()
                    .forEachRemaining(
                        method ->
                            documented.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey())));

    assertThat(documented)
        .containsExactlyInAnyOrderElementsOf(routes.stream().map(Route::toString).toList());
  }

  @Test
  void bodiesHaveTheMediaTypesThatTheRoutesTake() {
    for (Route route : routes) {
      Set<String> documented = new TreeSet<>();
      operation(route).at("/requestBody/content").fieldNames().forEachRemaining(documented::add);
      assertThat(documented).as(route.toString()).isEqualTo(new TreeSet<>(route.mediaTypes()));
    }
  }

  @Test
  void routesThatAskForAKeySaySo() {
    for (Route route : routes) {
      JsonNode security =
          Optional.ofNullable(operation(route).get("security")).orElse(document.get("security"));
      assertThat(security.isEmpty()).as(route.toString()).isEqualTo(route.access() == Access.OPEN);
      if (route.access() != Access.OPEN) {
        assertThat(operation(route).get("responses").has("401")).as(route.toString()).isTrue();
        assertThat(operation(route).get("responses").has("403")).as(route.toString()).isTrue();
      }
    }
  }

  @Test
  void problemsAreThoseThatThereAre() {
    List<String> documented = new ArrayList<>();
    document
        .at("/components/schemas/Problem/properties/type/enum")
        .forEach(type -> documented.add(type.textValue()));

    assertThat(documented)
        .containsExactlyElementsOf(
            Arrays.stream(ProblemKind.values()).map(ProblemKind::type).toList());
  }

  private JsonNode operation(Route route) {
    return document
        .get("paths")
        .get(route.template())
        .get(route.method().name().toLowerCase(Locale.ROOT));
  }

  private static List<Route> routes() {
    Cluster nowhere =
        new Cluster("127.0.0.1:1", "mock://openapi", new Dataset("x"), Map.of(), Map.of());
    IngestService service =
        new IngestService(
            nowhere,
            IngestCluster.settings(ServerSettings.of("127.0.0.1", 0, null), true, stateDir));
    try (service) {
      return service.routes();
    }
  }

  private static JsonNode document() {
    try (InputStream file = IngestService.class.getResourceAsStream("openapi.json")) {
      return Json.MAPPER.readTree(file);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}

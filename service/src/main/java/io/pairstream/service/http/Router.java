package io.pairstream.service.http;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.jetty.http.pathmap.MatchedResource;
import org.eclipse.jetty.http.pathmap.PathMappings;
import org.eclipse.jetty.http.pathmap.UriTemplatePathSpec;

/** Finds the route of a request; a template without names is nearer than one with them. */
public final class Router {

  private final List<Route> routes;
  private final PathMappings<Map<String, Route>> byPath = new PathMappings<>();

  /**
   * @throws IllegalArgumentException where two routes have the same method and path
   */
  public Router(List<Route> routes) {
    this.routes = List.copyOf(routes);
    Map<String, Map<String, Route>> byShape = new LinkedHashMap<>();
    for (Route route : routes) {
      String shape = route.template().replaceAll("\\{[^}]*}", "{}");
      Map<String, Route> byMethod = byShape.computeIfAbsent(shape, any -> new TreeMap<>());
      if (byMethod.put(route.method().name(), route) != null) {
        throw new IllegalArgumentException("there are two routes " + route);
      }
    }
    for (Map<String, Route> byMethod : byShape.values()) {
      byPath.put(spec(byMethod.values().iterator().next()), byMethod);
    }
  }

  /** All routes, in the order in which they were given. */
  public List<Route> routes() {
    return routes;
  }

  /** A route with the values of its template's names. */
  record Match(Route route, Map<String, String> parameters) {}

  /**
   * The route of a request.
   *
   * @param method as it came; {@code HEAD} finds what {@code GET} does
   * @param path as it came, percent-encoded
   * @throws Problem {@link ProblemKind#NOT_FOUND} or {@link ProblemKind#METHOD_NOT_ALLOWED}
   */
  Match find(String method, String path) {
    MatchedResource<Map<String, Route>> matched = byPath.getMatched(path);
    if (matched == null) {
      throw Problem.notFound("there is no such address");
    }
    Map<String, Route> byMethod = matched.getResource();
    Route route = byMethod.get(method.equals("HEAD") ? "GET" : method);
    if (route == null) {
      String methods = String.join(", ", byMethod.keySet());
      throw Problem.of(ProblemKind.METHOD_NOT_ALLOWED, "this address takes " + methods)
          .withHeader("Allow", methods.contains("GET") ? methods + ", HEAD" : methods);
    }
    Map<String, String> parameters = new HashMap<>(spec(route).getPathParams(path));
    parameters.replaceAll((name, value) -> decode(value));
    return new Match(route, parameters);
  }

  private static UriTemplatePathSpec spec(Route route) {
    return new UriTemplatePathSpec(route.template());
  }

  private static String decode(String segment) {
    try {
      return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw Problem.badRequest("the path has a % that begins no encoded byte");
    }
  }
}

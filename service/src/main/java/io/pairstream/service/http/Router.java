package io.pairstream.service.http;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Finds the route of a request. Immutable. */
public final class Router {

  private final List<Route> routes;

  /**
   * @throws IllegalArgumentException where two routes have the same method and path
   */
  public Router(List<Route> routes) {
    Set<String> seen = new HashSet<>();
    for (Route route : routes) {
      if (!seen.add(route.method() + " " + route.template().replaceAll("\\{[^}]*}", "{}"))) {
        throw new IllegalArgumentException("there are two routes " + route);
      }
    }
    this.routes = List.copyOf(routes);
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
   * @throws ProblemException {@link ProblemKind#NOT_FOUND} or {@link
   *     ProblemKind#METHOD_NOT_ALLOWED}
   */
  Match find(String method, String path) {
    String wanted = method.equals("HEAD") ? "GET" : method;
    List<String> segments = segments(path);
    Set<String> allowed = new TreeSet<>();
    List<Match> matches = new ArrayList<>();
    for (Route route : routes) {
      Optional<Map<String, String>> parameters = match(route.segments(), segments);
      if (parameters.isPresent()) {
        allowed.add(route.method().name());
        if (route.method().name().equals(wanted)) {
          matches.add(new Match(route, parameters.get()));
        }
      }
    }
    if (allowed.isEmpty()) {
      throw Problem.of(
              ProblemKind.NOT_FOUND, "no such address; /openapi.json lists those that there are")
          .asException();
    }
    // A template without names is nearer than one with them.
    return matches.stream()
        .min((a, b) -> Integer.compare(a.parameters().size(), b.parameters().size()))
        .orElseThrow(() -> otherMethods(allowed));
  }

  private static ProblemException otherMethods(Set<String> allowed) {
    String methods = allowed.stream().collect(Collectors.joining(", "));
    return Problem.of(ProblemKind.METHOD_NOT_ALLOWED, "this address takes " + methods)
        .withHeader("Allow", methods.contains("GET") ? methods + ", HEAD" : methods)
        .asException();
  }

  private static Optional<Map<String, String>> match(List<String> template, List<String> path) {
    if (template.size() != path.size()) {
      return Optional.empty();
    }
    Map<String, String> parameters = new HashMap<>();
    for (int i = 0; i < template.size(); i++) {
      String expected = template.get(i);
      if (expected.startsWith("{")) {
        if (path.get(i).isEmpty()) {
          return Optional.empty();
        }
        parameters.put(expected.substring(1, expected.length() - 1), decode(path.get(i)));
      } else if (!expected.equals(path.get(i))) {
        return Optional.empty();
      }
    }
    return Optional.of(parameters);
  }

  private static String decode(String segment) {
    try {
      return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw Problem.of(ProblemKind.BAD_REQUEST, "the path has a % that begins no encoded byte")
          .asException();
    }
  }

  static List<String> segments(String path) {
    return List.of(path.substring(1).split("/", -1));
  }
}

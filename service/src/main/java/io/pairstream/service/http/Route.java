package io.pairstream.service.http;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * One thing that the service answers.
 *
 * @param method the method
 * @param template the path, with names in braces for one segment each: {@code /v1/pairs/{id}}
 * @param access who may use it
 * @param mediaTypes what a body may be, in lower case; empty where the route takes none
 * @param maxBodyBytes largest body that is taken; streamed bodies have no limit here
 * @param handler what it does
 * @param query names that the query may have; those of open routes, which browsers, probes and
 *     others' clients ask too, are not looked at
 */
public record Route(
    Method method,
    String template,
    Access access,
    Set<String> mediaTypes,
    long maxBodyBytes,
    Handler handler,
    Set<String> query) {

  /** The HTTP methods that a route may have. A {@code HEAD} is answered as its {@code GET}. */
  public enum Method {
    GET,
    POST,
    DELETE
  }

  public Route {
    mediaTypes = Set.copyOf(mediaTypes);
    query = Set.copyOf(query);
  }

  private Route(Method method, String template, Access access, Handler handler) {
    this(method, template, access, Set.of(), 0, handler, Set.of());
  }

  /** A route that answers at once; see {@link Handler.Quick}. */
  public static Route quick(String template, Access access, Handler.Quick handler) {
    return new Route(Method.GET, template, access, handler);
  }

  /** A route that reads something, and takes no body. */
  public static Route get(String template, Access access, Handler.Whole handler) {
    return new Route(Method.GET, template, access, handler);
  }

  /** A route that removes something, and takes no body. */
  public static Route delete(String template, Access access, Handler.Whole handler) {
    return new Route(Method.DELETE, template, access, handler);
  }

  /** A route that gets a body whole. */
  public static Route post(
      String template,
      Access access,
      Set<String> mediaTypes,
      long maxBodyBytes,
      Handler.Whole handler) {
    return new Route(Method.POST, template, access, mediaTypes, maxBodyBytes, handler, Set.of());
  }

  /** A route that reads a body while it comes. */
  public static Route stream(
      String template, Access access, Set<String> mediaTypes, Handler.Streamed handler) {
    return new Route(Method.POST, template, access, mediaTypes, Long.MAX_VALUE, handler, Set.of());
  }

  /**
   * {@code GET /health/live} and {@code GET /health/ready}, for the orchestrator.
   *
   * @param obstacles each says why the service cannot work, if it cannot
   * @param standstill says why the service never will unless it is started anew
   */
  public static List<Route> health(
      List<Supplier<Optional<String>>> obstacles, Supplier<Optional<String>> standstill) {
    return List.of(
        health("live", List.of(standstill)), //
        health("ready", obstacles));
  }

  private static Route health(String what, List<Supplier<Optional<String>>> obstacles) {
    return quick(
        "/health/" + what,
        Access.OPEN,
        (Handler.Health)
            request -> {
              List<String> found =
                  obstacles.stream().map(Supplier::get).flatMap(Optional::stream).toList();
              if (!found.isEmpty()) {
                throw Problem.of(ProblemKind.NOT_READY, String.join("; ", found)).retryAfter(2);
              }
              return Answer.json(200, Map.of("status", what));
            });
  }

  /** Returns a copy that allows these query parameters. */
  public Route taking(String... names) {
    return new Route(method, template, access, mediaTypes, maxBodyBytes, handler, Set.of(names));
  }

  /**
   * Refuses parameters that the route does not know: a mistyped filter would otherwise answer with
   * everything.
   */
  void requireQuery(Incoming incoming) {
    for (String name : incoming.query().keySet()) {
      if (!query.contains(name)) {
        throw Problem.badRequest(
            "there is no parameter "
                + name
                + " here; "
                + (query.isEmpty()
                    ? "this address takes none"
                    : "there are " + String.join(", ", new TreeSet<>(query))));
      }
    }
  }

  /** Refuses a body that the route does not take, by its head alone. */
  void requireBody(Incoming incoming, long declaredBytes) {
    if (!mediaTypes.contains(incoming.mediaType())) {
      throw Problem.of(
              ProblemKind.MEDIA_TYPE_UNSUPPORTED,
              (incoming.mediaType().isEmpty()
                      ? "the request has no Content-Type"
                      : "the Content-Type is " + incoming.mediaType())
                  + "; taken are "
                  + String.join(", ", new TreeSet<>(mediaTypes)))
          .withHeader("Accept", String.join(", ", new TreeSet<>(mediaTypes)));
    }
    Optional<String> encoding = incoming.header("Content-Encoding");
    if (encoding.isPresent() && !encoding.get().equalsIgnoreCase("identity")) {
      throw Problem.of(
              ProblemKind.MEDIA_TYPE_UNSUPPORTED, "send the body without a Content-Encoding")
          .withHeader("Accept-Encoding", "identity");
    }
    if (declaredBytes > maxBodyBytes) {
      throw WholeBody.tooLarge(maxBodyBytes);
    }
  }

  @Override
  public String toString() {
    return method + " " + template;
  }
}

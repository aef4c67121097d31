package io.pairstream.service.http;

import java.util.Set;

/**
 * One thing that the service answers.
 *
 * @param method the method
 * @param template the path, with names in braces that stand for one segment each: {@code
 *     /v1/pairs/{id}}
 * @param access who may use it
 * @param mediaTypes what a body may be, in lower case; empty where the route takes none
 * @param maxBodyBytes largest body that is taken; streamed bodies have no limit here
 * @param handler what it does
 * @param query names that the query may have; those of open routes, which browsers, probes and
 *     others' clients ask too, are not looked at
 * @param advice what to do with a body of another type; empty where there is nothing to say
 */
public record Route(
    Method method,
    String template,
    Access access,
    Set<String> mediaTypes,
    long maxBodyBytes,
    Handler handler,
    Set<String> query,
    String advice) {

  public Route {
    if (!template.startsWith("/")) {
      throw new IllegalArgumentException("a path begins with /, not like " + template);
    }
    mediaTypes = Set.copyOf(mediaTypes);
    query = Set.copyOf(query);
  }

  /** A route without a query. */
  public Route(
      Method method,
      String template,
      Access access,
      Set<String> mediaTypes,
      long maxBodyBytes,
      Handler handler) {
    this(method, template, access, mediaTypes, maxBodyBytes, handler, Set.of(), "");
  }

  /** A route that answers at once; see {@link Handler.Quick}. */
  public static Route quick(String template, Access access, Handler.Quick handler) {
    return new Route(Method.GET, template, access, Set.of(), 0, handler);
  }

  /** A route that reads something, and takes no body. */
  public static Route get(String template, Access access, Handler.Whole handler) {
    return new Route(Method.GET, template, access, Set.of(), 0, handler);
  }

  /** A route that removes something, and takes no body. */
  public static Route delete(String template, Access access, Handler.Whole handler) {
    return new Route(Method.DELETE, template, access, Set.of(), 0, handler);
  }

  /** A route that gets a body whole. */
  public static Route post(
      String template,
      Access access,
      Set<String> mediaTypes,
      long maxBodyBytes,
      Handler.Whole handler) {
    return new Route(Method.POST, template, access, mediaTypes, maxBodyBytes, handler);
  }

  /** A route that reads a body while it comes. */
  public static Route stream(
      String template, Access access, Set<String> mediaTypes, Handler.Streamed handler) {
    return new Route(Method.POST, template, access, mediaTypes, Long.MAX_VALUE, handler);
  }

  /** A route that sends events. */
  public static Route events(String template, Access access, Handler.Events handler) {
    return new Route(Method.GET, template, access, Set.of(), 0, handler);
  }

  /** The same with names that its query may have. */
  public Route taking(String... names) {
    return new Route(
        method, template, access, mediaTypes, maxBodyBytes, handler, Set.of(names), advice);
  }

  /** The same with another handler, which does something before and after. */
  public Route with(Handler other) {
    return new Route(method, template, access, mediaTypes, maxBodyBytes, other, query, advice);
  }

  /** The same, which tells who sends a body of another type what to do with it. */
  public Route withAdvice(String sentence) {
    return new Route(method, template, access, mediaTypes, maxBodyBytes, handler, query, sentence);
  }

  @Override
  public String toString() {
    return method + " " + template;
  }
}

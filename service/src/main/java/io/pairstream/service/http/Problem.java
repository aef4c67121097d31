package io.pairstream.service.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;

/**
 * Why a request is not answered as it was meant, in words for its sender (RFC 9457). It is an
 * answer, not a fault: it has no stack trace.
 */
public final class Problem extends RuntimeException {

  /** The media type of a problem. */
  public static final String MEDIA_TYPE = "application/problem+json";

  private static final long serialVersionUID = 1L;

  private final ProblemKind kind;
  private final transient Map<String, Object> members;
  private final transient Map<String, String> headers;

  private Problem(
      ProblemKind kind, String detail, Map<String, Object> members, Map<String, String> headers) {
    super(detail, null, false, false);
    this.kind = kind;
    this.members = members;
    this.headers = headers;
  }

  /**
   * A problem.
   *
   * @param detail what is wrong here and what would be right, in a sentence
   */
  public static Problem of(ProblemKind kind, String detail) {
    return new Problem(kind, detail, Map.of(), Map.of());
  }

  /** Problem of a request that can never be answered as it is. */
  public static Problem badRequest(String detail) {
    return of(ProblemKind.BAD_REQUEST, detail);
  }

  /** A value read from a request; the problem is the reader's complaint where it refuses. */
  public static <T> T orBadRequest(Supplier<T> reading) {
    try {
      return reading.get();
    } catch (IllegalArgumentException e) {
      throw badRequest(e.getMessage());
    }
  }

  /** Problem of a request for something that is not there. */
  public static Problem notFound(String detail) {
    return of(ProblemKind.NOT_FOUND, detail);
  }

  /** Problem of a request that comes while too much is under way, and may come again soon. */
  public static Problem overloaded(String detail) {
    return of(ProblemKind.OVERLOADED, detail).retryAfter(2);
  }

  /** Problem of a key that lacks a scope. */
  public static Problem lacking(Scope scope) {
    return of(ProblemKind.FORBIDDEN, "this needs a key with the scope " + scope.label())
        .with("scope", scope.label());
  }

  /** Returns a copy with one more member: a string, a number or a list. */
  public Problem with(String name, Object value) {
    Map<String, Object> more = new TreeMap<>(members);
    more.put(name, value);
    return new Problem(kind, detail(), more, headers);
  }

  /** Returns a copy with one more header field of the answer. */
  public Problem withHeader(String name, String value) {
    Map<String, String> more = new TreeMap<>(headers);
    more.put(name, value);
    return new Problem(kind, detail(), members, more);
  }

  /**
   * Returns a copy with a {@code Retry-After}.
   *
   * @param seconds at least 1
   */
  public Problem retryAfter(long seconds) {
    return withHeader("Retry-After", String.valueOf(Math.max(1, seconds)));
  }

  /** A member's text, if the problem has it. */
  public Optional<String> member(String name) {
    return Optional.ofNullable(members.get(name)).map(String::valueOf);
  }

  public ProblemKind kind() {
    return kind;
  }

  public String detail() {
    return getMessage();
  }

  /** Cause of a failed future, without the exceptions that futures wrap around it. */
  public static Throwable causeOf(Throwable thrown) {
    Throwable cause = thrown;
    while (cause.getCause() != null
        && (cause instanceof CompletionException || cause instanceof ExecutionException)) {
      cause = cause.getCause();
    }
    return cause;
  }

  /** The object alone, as a line of a longer answer has it too. */
  public ObjectNode json() {
    ObjectNode json = Json.MAPPER.createObjectNode();
    json.put("type", kind.type());
    json.put("title", kind.title());
    json.put("status", kind.status());
    json.put("detail", detail());
    members.forEach((name, value) -> json.set(name, Json.MAPPER.valueToTree(value)));
    return json;
  }

  /** The answer to a request. */
  public Answer answer(String requestId) {
    ObjectNode json = json().put("instance", "urn:pairstream:request:" + requestId);
    return new Answer(kind.status(), MEDIA_TYPE, headers, ByteBuffer.wrap(Json.bytes(json)));
  }
}

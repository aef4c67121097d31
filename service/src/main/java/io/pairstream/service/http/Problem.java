package io.pairstream.service.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/**
 * Why a request is not answered as it was meant, in words for whoever sent it (RFC 9457).
 *
 * @param kind one of the closed list
 * @param detail what is wrong here and what would be right, in a sentence
 * @param members further members of the object by name: strings, numbers, lists
 * @param headers header fields of the answer
 */
public record Problem(
    ProblemKind kind, String detail, Map<String, Object> members, Map<String, String> headers) {

  /** The media type of a problem. */
  public static final String MEDIA_TYPE = "application/problem+json";

  public Problem {
    members = Map.copyOf(members);
    headers = Map.copyOf(headers);
  }

  public static Problem of(ProblemKind kind, String detail) {
    return new Problem(kind, detail, Map.of(), Map.of());
  }

  /** The same with one more member. */
  public Problem with(String name, Object value) {
    Map<String, Object> more = new LinkedHashMap<>(members);
    more.put(name, value);
    return new Problem(kind, detail, more, headers);
  }

  /** The same with one more header field. */
  public Problem withHeader(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new Problem(kind, detail, members, more);
  }

  /**
   * The same with a {@code Retry-After}.
   *
   * @param seconds at least 1
   */
  public Problem retryAfter(long seconds) {
    return withHeader("Retry-After", String.valueOf(Math.max(1, seconds)));
  }

  public ProblemException asException() {
    return new ProblemException(this);
  }

  /** What failed, without what futures wrap around it. */
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
    json.put("detail", detail);
    members.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(member -> json.set(member.getKey(), Json.MAPPER.valueToTree(member.getValue())));
    return json;
  }

  /** The answer to a request. */
  public Answer answer(String requestId) {
    ObjectNode json = json();
    json.put("instance", "urn:pairstream:request:" + requestId);
    return new Answer(kind.status(), MEDIA_TYPE, headers, ByteBuffer.wrap(Json.bytes(json)));
  }
}

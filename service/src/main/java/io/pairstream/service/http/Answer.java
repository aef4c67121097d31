package io.pairstream.service.http;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A whole answer.
 *
 * @param status status code
 * @param mediaType the body's; empty where there is no body
 * @param headers further header fields
 * @param body from the buffer's position to its limit; the bytes must not be changed afterwards
 */
public record Answer(int status, String mediaType, Map<String, String> headers, ByteBuffer body) {

  public Answer {
    headers = Map.copyOf(headers);
  }

  /** An answer in JSON, of a tree or a record, as {@link Json#bytes} writes it. */
  public static Answer json(int status, Object json) {
    return of(status, Json.MEDIA_TYPE, Json.bytes(json));
  }

  /** An answer without further header fields, which owns the bytes from now on. */
  public static Answer of(int status, String mediaType, byte[] body) {
    return new Answer(status, mediaType, Map.of(), ByteBuffer.wrap(body));
  }

  /** Returns a copy with one more header field. */
  public Answer withHeader(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new Answer(status, mediaType, more, body);
  }
}

package io.pairstream.service.http;

import java.io.OutputStream;
import java.util.Map;

/** An answer that is written piece by piece. */
@FunctionalInterface
public interface Outgoing {

  /**
   * Begins the answer; until then a problem can still be thrown.
   *
   * @return buffered; blocks while the client does not read, and throws where it is gone. A flush
   *     sends what there is. The server closes it.
   */
  OutputStream begin(int status, String mediaType, Map<String, String> headers);
}

package io.pairstream.service.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * Behaviour of a route. Every kind may throw {@link Problem} as long as it has not begun to answer.
 */
public sealed interface Handler {

  /**
   * Answers at once on the server's own threads: no waiting, no disk. For health and static files.
   */
  non-sealed interface Quick extends Handler {

    Answer answer(Incoming request);
  }

  /** Tells the service's health, where the server's own threads for requests are not stuck. */
  interface Health extends Quick {}

  /**
   * Gets the body whole, empty where the route takes none. Begins on a worker thread, which it may
   * keep for as long as it computes; what it waits for, it leaves to the stage that it returns.
   * Without an answer within {@link ServerSettings#answerTimeout} the caller gets a problem.
   */
  non-sealed interface Whole extends Handler {

    /**
     * Answers, now or later.
     *
     * @param body the body, owned by the handler; within the route's limit
     */
    CompletionStage<Answer> answer(Incoming request, byte[] body);
  }

  /** An answer that is written piece by piece. */
  @FunctionalInterface
  interface Outgoing {

    /**
     * Begins the answer; until then a problem can still be thrown.
     *
     * @return buffered; blocks while the client does not read, and throws where it is gone. A flush
     *     sends what there is. The server closes it.
     */
    OutputStream begin(int status, String mediaType, Map<String, String> headers);
  }

  /** Reads a body of any size while it comes and answers while it reads, on a thread of its own. */
  non-sealed interface Streamed extends Handler {

    /**
     * Answers as it reads; returns once it has.
     *
     * @param body throws {@link IOException} where the client is gone or too slow
     * @param out the answer
     */
    void answer(Incoming request, InputStream body, Outgoing out) throws IOException;
  }
}

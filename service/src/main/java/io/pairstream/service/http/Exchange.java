package io.pairstream.service.http;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One request with its answer, which is given once. Thread-safe. */
final class Exchange {

  private static final Logger log = LoggerFactory.getLogger(Exchange.class);

  /** How much of a refused body is read and thrown away, so that its sender sees the answer. */
  private static final long DISCARDED_BYTES = 64L * 1024 * 1024;

  private static final int DISCARD_SECONDS = 10;

  private static final Map<String, String> EVERY_ANSWER =
      Map.of(
          "X-Content-Type-Options",
          "nosniff",
          "Cache-Control",
          "no-store",
          "Referrer-Policy",
          "no-referrer",
          "Cross-Origin-Resource-Policy",
          "same-origin",
          "Content-Security-Policy",
          "default-src 'none'; frame-ancestors 'none'");

  private final String id;
  private final Request request;
  private final Response response;
  private final Callback callback;
  private final AtomicBoolean begun = new AtomicBoolean();

  Exchange(String id, Request request, Response response, Callback callback) {
    this.id = id;
    this.request = request;
    this.response = response;
    this.callback = callback;
  }

  Request request() {
    return request;
  }

  Response response() {
    return response;
  }

  /** Takes the right to answer; false where somebody has it. */
  boolean begin() {
    return begun.compareAndSet(false, true);
  }

  /** Sends an answer unless one was begun. */
  void send(Answer answer) {
    if (!begin()) {
      return;
    }
    head(answer.status(), answer.mediaType(), answer.headers());
    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, answer.body().remaining());
    // Who is too slow is not waited for any longer.
    boolean closes = answer.headers().containsKey("Connection");
    response.write(
        true,
        answer.body().duplicate(),
        closes ? callback : Callback.from(this::discardRest, callback::failed));
  }

  /** Answers with a problem, or ends the connection where an answer was begun. */
  void fail(Throwable thrown) {
    Throwable cause = cause(thrown);
    if (!(cause instanceof ProblemException) && !(cause instanceof IOException)) {
      log.error("request {} failed", id, cause);
    }
    if (begun.get()) {
      callback.failed(cause);
    } else {
      send(problem(cause).answer(id));
    }
  }

  /** Writes the answer's head, which travels with its first bytes. */
  void head(int status, String mediaType, Map<String, String> headers) {
    response.setStatus(status);
    head(response.getHeaders(), mediaType, headers);
  }

  static void head(HttpFields.Mutable fields, String mediaType, Map<String, String> headers) {
    EVERY_ANSWER.forEach(fields::put);
    headers.forEach(fields::put);
    if (!mediaType.isEmpty()) {
      fields.put(new HttpField(HttpHeader.CONTENT_TYPE, mediaType));
    }
  }

  void succeeded() {
    callback.succeeded();
  }

  void failed(Throwable thrown) {
    callback.failed(thrown);
  }

  private static Throwable cause(Throwable thrown) {
    Throwable cause = thrown;
    while (cause.getCause() != null
        && (cause instanceof CompletionException || cause instanceof ExecutionException)) {
      cause = cause.getCause();
    }
    return cause;
  }

  private static Problem problem(Throwable cause) {
    if (cause instanceof ProblemException known) {
      return known.problem();
    }
    if (cause instanceof IOException) {
      return Problem.of(ProblemKind.BODY_MALFORMED, "the body ended before it was whole");
    }
    return Problem.of(
        ProblemKind.INTERNAL, "this is a fault of ours; the service's log has it under this name");
  }

  /** A sender that finds its connection closed while it still writes never reads the answer. */
  private void discardRest() {
    if (request.getHeaders().contains(HttpHeader.EXPECT)) {
      callback.succeeded();
      return;
    }
    Discard discard = new Discard();
    discard.waitOn();
    discard.run();
  }

  private final class Discard implements Runnable {

    private final Scheduler scheduler = request.getComponents().getScheduler();
    private final AtomicBoolean done = new AtomicBoolean();
    private int secondsLeft = DISCARD_SECONDS;
    private volatile Scheduler.Task waiting;
    private long discarded;

    /** Second by second: a process that stands still has not waited for the client meanwhile. */
    void waitOn() {
      if (secondsLeft == 0) {
        stop();
        return;
      }
      secondsLeft--;
      waiting = scheduler.schedule(this::waitOn, 1, TimeUnit.SECONDS);
      if (done.get()) {
        waiting.cancel();
      }
    }

    @Override
    public void run() {
      while (!done.get()) {
        Content.Chunk chunk = request.read();
        if (chunk == null) {
          request.demand(this);
          return;
        }
        if (Content.Chunk.isFailure(chunk)) {
          stop();
          return;
        }
        discarded += chunk.remaining();
        boolean last = chunk.isLast();
        chunk.release();
        if (last || discarded > DISCARDED_BYTES) {
          stop();
        }
      }
    }

    void stop() {
      if (done.compareAndSet(false, true)) {
        waiting.cancel();
        callback.succeeded();
      }
    }
  }
}

package io.pairstream.service.http;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One request with its answer, which is given once. Thread-safe. */
final class Exchange {

  private static final Logger log = LoggerFactory.getLogger(Exchange.class);

  /** Bytes of a refused body that are read and discarded, so that its sender sees the answer. */
  private static final long DISCARDED_BYTES = 64L * 1024 * 1024;

  private static final Duration DISCARD_TIME = Duration.ofSeconds(10);

  private static final Map<String, String> EVERY_ANSWER =
      Map.of(
          "X-Content-Type-Options", "nosniff",
          "Cache-Control", "no-store",
          "Referrer-Policy", "no-referrer",
          "Cross-Origin-Resource-Policy", "same-origin",
          "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");

  /** Id of the process that started this one as part of its platform, by which it knows its own. */
  private static final String PARENT = System.getProperty("pairstream.parent", "");

  private final String id = UUID.randomUUID().toString();
  private final Request request;
  private final Response response;
  private final Callback callback;
  private final AtomicBoolean begun = new AtomicBoolean();

  Exchange(Request request, Response response, Callback callback) {
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

  /** Takes the right to answer. Returns false where it is already taken. */
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

  void send(Problem problem) {
    send(problem.answer(id));
  }

  /** Answers with a problem, or ends the connection where an answer was begun. */
  void fail(Throwable thrown) {
    Throwable cause = Problem.causeOf(thrown);
    if (!(cause instanceof Problem) && !(cause instanceof IOException)) {
      log.error("request {} failed", id, cause);
    }
    if (begun.get()) {
      callback.failed(cause);
    } else {
      send(problem(cause));
    }
  }

  /** Writes the answer's head, which travels with its first bytes. */
  void head(int status, String mediaType, Map<String, String> headers) {
    response.setStatus(status);
    HttpFields.Mutable fields = response.getHeaders();
    EVERY_ANSWER.forEach(fields::put);
    if (!PARENT.isEmpty()) {
      fields.put("Pairstream-Parent", PARENT);
    }
    headers.forEach(fields::put);
    if (!mediaType.isEmpty()) {
      fields.put(new HttpField(HttpHeader.CONTENT_TYPE, mediaType));
    }
  }

  void succeeded() {
    callback.succeeded();
  }

  private static Problem problem(Throwable cause) {
    if (cause instanceof Problem known) {
      return known;
    }
    if (cause instanceof IOException) {
      return Problem.of(ProblemKind.BODY_MALFORMED, "the body ended before it was whole");
    }
    return Problem.of(
        ProblemKind.INTERNAL, "this is a fault of ours; the service's log has it under this name");
  }

  /**
   * Discards the rest of the body: a sender that finds its connection closed while it still writes
   * never reads the answer.
   */
  private void discardRest() {
    if (request.getHeaders().contains(HttpHeader.EXPECT)) {
      callback.succeeded();
      return;
    }
    Content.Source.consumeAll(
        new Rest(request), Callback.from(callback::succeeded, failure -> callback.succeeded()));
  }

  /** Rest of a body, up to the limit on discarding. */
  private static final class Rest extends Request.Wrapper {

    private final long begunAtNanos = System.nanoTime();
    private long discarded;

    Rest(Request request) {
      super(request);
    }

    @Override
    public Content.Chunk read() {
      if (discarded > DISCARDED_BYTES
          || System.nanoTime() - begunAtNanos > DISCARD_TIME.toNanos()) {
        return Content.Chunk.from(new IOException("the rest is not read"), true);
      }
      Content.Chunk chunk = super.read();
      discarded += chunk == null ? 0 : chunk.remaining();
      return chunk;
    }
  }
}

package io.pairstream.ingest.generate;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * HTTP with a limit for the whole of a call, body included, and for the body's size. Follows no
 * redirect and keeps no cookies. Thread-safe.
 */
final class WebCalls {

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

  private final HttpClient client =
      HttpClient.newBuilder()
          // Asked over http to change to HTTP/2, some Python servers lose the request's body.
          .version(HttpClient.Version.HTTP_1_1)
          .followRedirects(HttpClient.Redirect.NEVER)
          .connectTimeout(CONNECT_TIMEOUT)
          .build();
  private final Duration timeout;

  /**
   * @param timeout for a call from its first byte sent to the last one read; positive
   */
  WebCalls(Duration timeout) {
    this.timeout = timeout;
  }

  /**
   * Sends a request and reads the whole answer.
   *
   * @throws CallFailedException where there is no whole answer in time
   */
  HttpResponse<byte[]> call(HttpRequest request, int maxBytes)
      throws CallFailedException, InterruptedException {
    CompletableFuture<HttpResponse<byte[]>> answer =
        client.sendAsync(request, LimitedBody.upTo(maxBytes));
    try {
      return answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new CallFailedException(
          "no whole answer within " + timeout.toSeconds() + " s", Optional.empty());
    } catch (ExecutionException e) {
      throw failed(e.getCause());
    } finally {
      // Ends the exchange where it is still going on.
      answer.cancel(true);
    }
  }

  private static CallFailedException failed(Throwable cause) {
    if (cause instanceof LimitedBody.TooLongException tooLong) {
      return new CallFailedException(tooLong.getMessage(), Optional.of(tooLong));
    }
    if (cause instanceof IOException problem) {
      String message =
          problem.getMessage() == null
              ? problem.getClass().getSimpleName()
              : problem.getClass().getSimpleName() + ": " + problem.getMessage();
      return new CallFailedException("the connection failed: " + message, Optional.empty());
    }
    throw new IllegalStateException(cause);
  }

  /** No whole answer came. */
  static final class CallFailedException extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient Optional<LimitedBody.TooLongException> tooLong;

    CallFailedException(String message, Optional<LimitedBody.TooLongException> tooLong) {
      super(message);
      this.tooLong = tooLong;
    }

    boolean isTooLong() {
      return tooLong.isPresent();
    }
  }
}

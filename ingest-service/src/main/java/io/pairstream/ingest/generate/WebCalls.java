package io.pairstream.ingest.generate;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
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
        client.sendAsync(request, response -> new LimitedBody(maxBytes));
    try {
      return answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new CallFailedException("no whole answer within " + timeout.toSeconds() + " s", false);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof CallFailedException tooLong) {
        throw tooLong;
      }
      if (e.getCause() instanceof IOException problem) {
        throw new CallFailedException("the connection failed: " + problem, false);
      }
      throw new IllegalStateException(e.getCause());
    } finally {
      // Ends the exchange where it is still going on.
      answer.cancel(true);
    }
  }

  /** No whole answer came. */
  static final class CallFailedException extends IOException {

    private static final long serialVersionUID = 1L;

    private final boolean tooLong;

    CallFailedException(String message, boolean tooLong) {
      super(message);
      this.tooLong = tooLong;
    }

    boolean isTooLong() {
      return tooLong;
    }
  }

  /** A body in memory, up to a size; the connection ends at the first byte beyond it. */
  private static final class LimitedBody implements BodySubscriber<byte[]> {

    private final BodySubscriber<byte[]> body = BodySubscribers.ofByteArray();
    private final int maxBytes;
    private long bytes;
    private Flow.Subscription subscription;

    LimitedBody(int maxBytes) {
      this.maxBytes = maxBytes;
    }

    @Override
    public CompletionStage<byte[]> getBody() {
      return body.getBody();
    }

    @Override
    public void onSubscribe(Flow.Subscription newSubscription) {
      subscription = newSubscription;
      body.onSubscribe(newSubscription);
    }

    @Override
    public void onNext(List<ByteBuffer> pieces) {
      bytes += pieces.stream().mapToLong(ByteBuffer::remaining).sum();
      if (bytes <= maxBytes) {
        body.onNext(pieces);
      } else {
        subscription.cancel();
        onError(new CallFailedException("the answer is longer than " + maxBytes + " bytes", true));
      }
    }

    @Override
    public void onError(Throwable problem) {
      body.onError(problem);
    }

    @Override
    public void onComplete() {
      body.onComplete();
    }
  }
}

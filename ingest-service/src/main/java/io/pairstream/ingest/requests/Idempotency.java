package io.pairstream.ingest.requests;

import io.pairstream.service.http.Answer;
import io.pairstream.service.http.Handler;
import io.pairstream.service.http.Incoming;
import io.pairstream.service.http.Outgoing;
import io.pairstream.service.http.Problem;
import io.pairstream.service.http.ProblemException;
import io.pairstream.service.http.ProblemKind;
import io.pairstream.service.http.Route;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/**
 * Routes whose requests may carry an {@code Idempotency-Key}.
 *
 * <p>Only an answer that says that something was taken (2xx) is remembered; after any other the key
 * is free again. A remembered answer comes with {@code Idempotency-Replayed: true}.
 *
 * <p>Of a body that is read while it comes, nothing can be compared beforehand. So its request
 * names the body's digest ({@code Content-Digest}, RFC 9530), by which a repetition is known; a
 * body that turns out to have another digest is not remembered. Its answer is remembered whole up
 * to {@link Remembered#WHOLE_BYTES}, and a longer one by its first and its last line.
 */
public final class Idempotency {

  /** The header field that tells an answer which was given before. */
  public static final String REPLAYED = "Idempotency-Replayed";

  private final IdempotentRequests requests;

  public Idempotency(IdempotentRequests requests) {
    this.requests = requests;
  }

  /** The same route, whose requests are worked on once for each key. */
  public Route once(Route route) {
    if (route.mediaTypes().isEmpty()) {
      return route; // it takes no body, and may be repeated at will
    }
    if (route.handler() instanceof Handler.Whole whole) {
      Handler.Whole once = (request, body) -> answer(whole, request, body);
      return route.with(once);
    }
    if (route.handler() instanceof Handler.Streamed streamed) {
      Handler.Streamed once = (request, body, out) -> answer(streamed, request, body, out);
      return route.with(once);
    }
    return route;
  }

  private CompletionStage<Answer> answer(Handler.Whole handler, Incoming request, byte[] body) {
    Optional<RequestKey> key = key(request);
    if (key.isEmpty()) {
      return handler.answer(request, body);
    }
    return requests
        .begin(key.get(), Fingerprint.of(request, body))
        .exceptionallyCompose(failure -> CompletableFuture.failedFuture(away(failure)))
        .thenCompose(beginning -> goOn(beginning, handler, request, body));
  }

  private static CompletionStage<Answer> goOn(
      Beginning beginning, Handler.Whole handler, Incoming request, byte[] body) {
    if (!(beginning instanceof Beginning.Ours ours)) {
      return CompletableFuture.completedFuture(replay(beginning));
    }
    Claim claim = ours.claim();
    CompletionStage<Answer> work;
    try {
      work = handler.answer(request, body);
    } catch (RuntimeException | Error e) {
      work = CompletableFuture.failedFuture(e);
    }
    return work.handle((answer, failure) -> end(claim, answer, failure))
        .thenCompose(ended -> ended);
  }

  private static CompletionStage<Answer> end(Claim claim, Answer answer, Throwable failure) {
    if (failure != null) {
      return claim.release().thenCompose(released -> CompletableFuture.failedFuture(failure));
    }
    if (!isSuccess(answer.status())) {
      return claim.release().thenApply(released -> answer);
    }
    return claim
        .answered(answer)
        .exceptionallyCompose(problem -> CompletableFuture.failedFuture(away(problem)))
        .thenApply(
            standing ->
                standing instanceof Beginning.Answered held && held.answer().equals(answer)
                    ? answer
                    : replay(standing));
  }

  private void answer(Handler.Streamed handler, Incoming request, InputStream body, Outgoing out)
      throws IOException {
    Optional<RequestKey> key = key(request);
    if (key.isEmpty()) {
      handler.answer(request, body, out);
      return;
    }
    DeclaredDigest digest = DeclaredDigest.of(request);
    Beginning beginning = settled(requests.begin(key.get(), Fingerprint.of(request, digest.hex())));
    if (!(beginning instanceof Beginning.Ours ours)) {
      Answer answer = replay(beginning);
      try (OutputStream to = out.begin(answer.status(), answer.mediaType(), answer.headers())) {
        byte[] bytes = new byte[answer.body().remaining()];
        answer.body().duplicate().get(bytes);
        to.write(bytes);
      }
      return;
    }
    work(ours.claim(), digest, handler, request, body, out);
  }

  private static void work(
      Claim claim,
      DeclaredDigest digest,
      Handler.Streamed handler,
      Incoming request,
      InputStream body,
      Outgoing out)
      throws IOException {
    DigestedBody digested = new DigestedBody(body);
    Remembered[] remembered = new Remembered[1];
    boolean done = false;
    try {
      handler.answer(
          request,
          digested,
          (status, mediaType, headers) -> {
            remembered[0] =
                new Remembered(status, mediaType, headers, out.begin(status, mediaType, headers));
            return remembered[0];
          });
      done =
          remembered[0] != null
              && isSuccess(remembered[0].status())
              && digested.isWhole()
              && digest.is(digested.digest());
    } finally {
      if (!done) {
        claim.release().join();
      }
    }
    if (done) {
      // The stream ends only now: whoever has seen its end has the answer that holds.
      Beginning standing = settled(claim.answered(remembered[0].answer()));
      if (!(standing instanceof Beginning.Answered)) {
        throw new IOException("another instance works on this request now");
      }
    }
  }

  private static Optional<RequestKey> key(Incoming request) {
    return request
        .header(RequestKey.HEADER)
        .map(header -> RequestKey.parse(request.principal().producer(), header));
  }

  private static Answer replay(Beginning beginning) {
    if (beginning instanceof Beginning.Answered answered) {
      return answered.answer().withHeader(REPLAYED, "true");
    }
    if (beginning instanceof Beginning.AnotherRequest) {
      throw Problem.of(
              ProblemKind.IDEMPOTENCY_KEY_REUSED,
              "this "
                  + RequestKey.HEADER
                  + " came before with another body; repeat that one unchanged, or take a new key")
          .asException();
    }
    throw Problem.of(
            ProblemKind.REQUEST_IN_PROGRESS,
            "the request with this "
                + RequestKey.HEADER
                + " is being worked on; send it again in a moment for its answer")
        .retryAfter(1)
        .asException();
  }

  private static Beginning settled(CompletableFuture<Beginning> beginning) {
    try {
      return beginning.join();
    } catch (CompletionException e) {
      throw away(e);
    }
  }

  private static ProblemException away(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return cause instanceof ProblemException problem
        ? problem
        : Problem.of(
                ProblemKind.KAFKA_UNAVAILABLE,
                "whether this request came before cannot be told now; send it again with the same "
                    + RequestKey.HEADER)
            .retryAfter(5)
            .asException();
  }

  private static boolean isSuccess(int status) {
    return status >= 200 && status < 300;
  }
}

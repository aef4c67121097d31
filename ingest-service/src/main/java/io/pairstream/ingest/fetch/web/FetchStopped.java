package io.pairstream.ingest.fetch.web;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** A fetch ends here without an image: it failed, or is postponed. */
final class FetchStopped extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final transient FetchResult result;

  FetchStopped(FetchResult result) {
    super(result.toString(), null, false, false);
    this.result = result;
  }

  /** The same as the outcome of a stage. */
  static <T> CompletableFuture<T> future(FetchResult result) {
    return CompletableFuture.failedFuture(new FetchStopped(result));
  }

  /** What a stage came to that ended like this; empty where it failed in a way not foreseen. */
  static Optional<FetchResult> resultOf(Throwable problem) {
    Throwable cause = problem instanceof CompletionException ? problem.getCause() : problem;
    return cause instanceof FetchStopped stopped ? Optional.of(stopped.result) : Optional.empty();
  }
}

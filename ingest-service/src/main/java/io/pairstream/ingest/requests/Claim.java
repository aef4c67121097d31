package io.pairstream.ingest.requests;

import io.pairstream.service.http.Answer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A request that is ours to work on, until it is answered or released. Thread-safe. */
final class Claim {

  private final IdempotentRequests requests;
  private final String recordKey;
  private final String id;
  private final String fingerprint;
  private long writtenAtNanos;
  private boolean ended;

  Claim(
      IdempotentRequests requests,
      String recordKey,
      String id,
      String fingerprint,
      long writtenAtNanos) {
    this.requests = requests;
    this.recordKey = recordKey;
    this.id = id;
    this.fingerprint = fingerprint;
    this.writtenAtNanos = writtenAtNanos;
  }

  /**
   * Records the answer. Nobody may be given it before: where this instance was silent for too long,
   * another may have answered.
   *
   * @return the answer that holds; or how the request stands where ours came too late
   */
  CompletableFuture<Beginning> answered(Answer answer) {
    return requests.answer(this, answer);
  }

  /** Lets go of the request, which is then as if it had never come. Never fails. */
  CompletableFuture<Void> release() {
    return requests.release(this);
  }

  String recordKey() {
    return recordKey;
  }

  String id() {
    return id;
  }

  String fingerprint() {
    return fingerprint;
  }

  /** Renews a claim that was last written that long ago, unless it has ended. */
  synchronized void renewIfOlderThan(Duration age, Runnable renewal) {
    long nowNanos = System.nanoTime();
    if (!ended && nowNanos - writtenAtNanos >= age.toNanos()) {
      writtenAtNanos = nowNanos;
      renewal.run();
    }
  }

  /** From now on it is not renewed: a renewal after the release would claim anew. */
  synchronized void end() {
    ended = true;
  }
}

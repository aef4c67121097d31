package io.pairstream.ingest.fetch.queue;

import io.pairstream.cleaning.Measured;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.ingest.fetch.web.FetchResult;
import io.pairstream.ingest.fetch.web.WebFetcher;
import io.pairstream.schemas.PairIdentity;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** Answers at once what a test says; never, where it says nothing. */
final class ScriptedFetcher implements WebFetcher {

  static final Instant FETCHED_AT = Instant.parse("2026-03-04T05:06:07Z");

  private final Function<String, CompletableFuture<FetchResult>> script;
  private final Map<String, Integer> asked = new ConcurrentHashMap<>();

  ScriptedFetcher(Function<String, CompletableFuture<FetchResult>> script) {
    this.script = script;
  }

  /** Every image is there. */
  static ScriptedFetcher ofImages() {
    return new ScriptedFetcher(url -> CompletableFuture.completedFuture(image(url)));
  }

  static FetchResult image(String url) {
    byte[] bytes = ("image at " + url).getBytes(StandardCharsets.UTF_8);
    return new FetchResult.Fetched(
        new EncodedImage(bytes),
        PairIdentity.imageDigest(ByteBuffer.wrap(bytes)),
        url + "#final",
        "image/jpeg",
        200,
        FETCHED_AT,
        "192.0.2.1",
        1);
  }

  static FetchResult failure(RejectReason reason, boolean retryable) {
    return new FetchResult.Failed(
        reason, "the host says no", Measured.text("500", "200"), retryable, Duration.ZERO);
  }

  /** How often each address was asked for. */
  Map<String, Integer> asked() {
    return asked;
  }

  @Override
  public CompletableFuture<FetchResult> fetch(String url, String expectedDigest) {
    asked.merge(url, 1, Integer::sum);
    return script.apply(url);
  }

  @Override
  public void close() {}
}

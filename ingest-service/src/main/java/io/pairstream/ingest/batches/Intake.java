package io.pairstream.ingest.batches;

import io.pairstream.ingest.pairs.Submission;
import io.pairstream.ingest.publish.Published;
import java.util.concurrent.CompletableFuture;

/** Where inputs go: {@link io.pairstream.ingest.pairs.PairIntake#take}. */
@FunctionalInterface
public interface Intake {

  CompletableFuture<Published> take(Submission submission, String producer, String batchId);
}

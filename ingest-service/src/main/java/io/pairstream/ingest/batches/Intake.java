package io.pairstream.ingest.batches;

import io.pairstream.ingest.publish.Published;
import io.pairstream.ingest.publish.Submission;
import java.util.concurrent.CompletableFuture;

/** Where inputs go: {@link io.pairstream.ingest.pairs.PairIntake#take}. */
@FunctionalInterface
interface Intake {

  CompletableFuture<Published> take(Submission submission, String producer);
}

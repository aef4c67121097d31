package io.pairstream.ingest.fetch.web;

import java.time.Duration;

/** Whether a request to a host may be made now. */
sealed interface Admission permits Turn, Admission.Later, Admission.Down {

  /** It may not for a while. */
  record Later(Duration retryAfter, String detail) implements Admission {}

  /** The host has failed so often of late that it is not asked; how it failed last. */
  record Down(FetchResult.Failed failed) implements Admission {}
}

package io.pairstream.ingest.fetch.web;

import java.time.Duration;

/** What came of a request, its turn included. */
sealed interface Reply {

  /**
   * The host answered.
   *
   * @param spent how long the request took, its turn excluded
   */
  record Got(Exchanged.Answered answer, Duration spent) implements Reply {}

  /** It did not, or was not asked; a failure or a postponement. */
  record Stopped(FetchResult result) implements Reply {}
}

package io.pairstream.ingest.fetch.queue;

import java.time.Instant;

/**
 * A link's record and what came of trying it so far.
 *
 * @param attempts how often its host was asked for the image, from 0
 * @param reason why the last attempt failed; empty before the first
 * @param detail the reason in a sentence; empty before the first
 * @param firstTriedAt when a fetcher first took it up, even if it was not its host's turn; 1970
 *     before
 */
record TriedLink(
    LinkRecord record, int attempts, String reason, String detail, Instant firstTriedAt) {

  static TriedLink fresh(LinkRecord record) {
    return new TriedLink(record, 0, "", "", Instant.EPOCH);
  }

  /** The same, taken up now unless it was before. */
  TriedLink takenUp(Instant now) {
    return new TriedLink(record, attempts, reason, detail, firstTried(now));
  }

  /** The same after a further attempt that failed. */
  TriedLink failed(String why, String inWords, Instant now) {
    return new TriedLink(record, attempts + 1, why, inWords, firstTried(now));
  }

  private Instant firstTried(Instant now) {
    return firstTriedAt.equals(Instant.EPOCH) ? now : firstTriedAt;
  }
}

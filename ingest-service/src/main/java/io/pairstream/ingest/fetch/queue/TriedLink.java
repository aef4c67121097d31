package io.pairstream.ingest.fetch.queue;

/**
 * A link's record and what came of trying it so far.
 *
 * @param attempts how often its host was asked for the image, from 0
 * @param reason why the last attempt failed; empty before the first
 * @param detail the reason in a sentence; empty before the first
 */
record TriedLink(LinkRecord record, int attempts, String reason, String detail) {

  static TriedLink fresh(LinkRecord record) {
    return new TriedLink(record, 0, "", "");
  }
}

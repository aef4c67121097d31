package io.pairstream.ingest.pairs;

import io.pairstream.ingest.publish.NewLink;
import io.pairstream.ingest.publish.NewPair;

/**
 * What somebody sends: a pair, or a link whose image is to be fetched. It can be taken as it is.
 */
public sealed interface Submission {

  /**
   * What it counts as against its sender's quota of bytes, besides what was sent; 0 or more. Nobody
   * knows what a link leads to.
   */
  default long extraBytes() {
    return 0;
  }

  /** An image with its caption. */
  record Pair(NewPair pair, long extraBytes) implements Submission {}

  /** An image's address with its caption. */
  record Link(NewLink link) implements Submission {}
}

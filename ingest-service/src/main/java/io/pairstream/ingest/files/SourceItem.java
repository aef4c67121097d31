package io.pairstream.ingest.files;

import io.pairstream.ingest.publish.NewPair;

/** What a source yields next: a pair, or what stood in the way of one. */
public sealed interface SourceItem {

  /** Where in the source: {@code captions.csv:12} or {@code birds/owl.jpg}. */
  String where();

  /** A pair that can be published. */
  record Pair(String where, NewPair pair) implements SourceItem {}

  /** A line or a file that gives no pair. */
  record Problem(String where, String message) implements SourceItem {}
}

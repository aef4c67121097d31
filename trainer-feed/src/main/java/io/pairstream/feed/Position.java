package io.pairstream.feed;

/**
 * How far a trainer has come: what was handed out, not what was prefetched. It is stored with the
 * model, as JSON.
 */
public sealed interface Position permits FeedPosition, ViewPosition {

  /** One line of JSON. */
  String toJson();
}

package io.pairstream.operations.review;

/** What a person decides about a pair in quarantine; the name stands in its review. */
public enum Decision {
  /** It comes again, and what it was rejected for does not count. */
  ACCEPTED,
  /** The same, with another caption, under which it is another pair. */
  RECAPTIONED,
  /** It comes again, and the rules judge it anew. */
  REPLAYED,
  /** It stays where it is. */
  REJECTED;

  boolean sends() {
    return this != REJECTED;
  }

  boolean waives() {
    return this == ACCEPTED || this == RECAPTIONED;
  }
}

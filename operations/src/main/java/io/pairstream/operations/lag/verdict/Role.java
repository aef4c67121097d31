package io.pairstream.operations.lag.verdict;

/** What a group is to whoever watches. */
public enum Role {
  /** It always runs, and decides what is said of the platform. */
  COUNTED,
  /** Its places are shown, and nobody reads by them: there is nothing to judge. */
  SHOWN,
  /** Somebody else's. */
  OTHER
}

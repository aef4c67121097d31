package io.pairstream.ingest.fetch.web;

import java.net.InetAddress;
import java.time.Instant;

/** What came of a request. */
sealed interface Reply {

  /** How the reading of a body ended. */
  enum Ending {
    /** The whole body is here, or as much of it as was asked for. */
    WHOLE,
    /** Nobody wanted the body. */
    UNREAD,
    /** There was more than is taken. */
    TOO_LARGE,
    /** Its beginning showed that it is of no use. */
    REFUSED
  }

  /**
   * The host answered.
   *
   * @param head status and headers
   * @param body what was read, as it came; empty where nobody wanted it
   * @param ending how the reading ended
   * @param from the address that answered
   * @param certificateDigest lower-case hex SHA-256 of its certificate; empty over http
   * @param at when it ended
   */
  record Got(
      Head head, Body body, Ending ending, InetAddress from, String certificateDigest, Instant at)
      implements Reply {}

  /** It did not, or not the whole of it, or was not asked; a failure or a postponement. */
  record Stopped(FetchResult result) implements Reply {}
}

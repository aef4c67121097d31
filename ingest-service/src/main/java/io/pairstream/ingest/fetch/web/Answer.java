package io.pairstream.ingest.fetch.web;

import java.net.InetAddress;
import java.time.Instant;

/**
 * What a host answered to a request.
 *
 * @param head status and headers
 * @param body what was read, as it came; empty where nobody wanted it
 * @param ending how the reading ended
 * @param from the address that answered
 * @param at when it ended
 */
record Answer(Head head, Body body, Ending ending, InetAddress from, Instant at) {

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
}

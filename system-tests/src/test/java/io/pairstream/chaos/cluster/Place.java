package io.pairstream.chaos.cluster;

import java.util.List;

/**
 * A network that a process is in.
 *
 * @param address of the process there, as the harness reaches it
 * @param enter command that runs another one there; empty where that is the harness's own network
 */
record Place(String address, List<String> enter) {

  /** The harness's own network. */
  static final Place LOOPBACK = new Place("127.0.0.1", List.of());

  Place {
    enter = List.copyOf(enter);
  }
}

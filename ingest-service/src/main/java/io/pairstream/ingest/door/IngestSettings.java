package io.pairstream.ingest.door;

import io.pairstream.ingest.http.ServerSettings;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * What an operator can set on the ingest service.
 *
 * @param server where to listen, and what is taken at once
 * @param anonymous whether no keys are asked for, which only this machine's own programs and page
 *     may make use of
 */
public record IngestSettings(ServerSettings server, boolean anonymous) {

  /**
   * @throws IllegalArgumentException where others than this machine could come without a key
   */
  public IngestSettings {
    if (anonymous && !isLoopback(server.host())) {
      throw new IllegalArgumentException(
          "without keys the service listens on this machine only, on 127.0.0.1 or localhost, not on "
              + server.host());
    }
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }
}

package io.pairstream.platform;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A loopback port for somebody who listens there only later, and again after an end. No platform of
 * this user and no outgoing connection takes it meanwhile.
 */
public final class ClaimedPort implements AutoCloseable {

  private final Ports ports;
  private final int number;

  private ClaimedPort(Ports ports, int number) {
    this.ports = ports;
    this.number = number;
  }

  /**
   * Takes one that is free.
   *
   * @param folder where it is noted; of this port alone
   */
  public static ClaimedPort take(Path folder) throws IOException {
    Ports ports = new Ports(folder);
    try {
      return new ClaimedPort(ports, ports.chooseAny("claimed"));
    } catch (IOException e) {
      ports.close();
      throw e;
    }
  }

  public int number() {
    return number;
  }

  /** Gives it back. */
  @Override
  public void close() {
    ports.close();
  }
}

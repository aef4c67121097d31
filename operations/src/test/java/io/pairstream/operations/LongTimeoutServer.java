package io.pairstream.operations;

import io.pairstream.service.http.ServerSettings;
import java.time.Duration;

/** Servers whose limits on slowness nobody reaches, however busy the machine. */
public final class LongTimeoutServer {

  private static final Duration TIMEOUT = Duration.ofMinutes(10);

  private LongTimeoutServer() {}

  /** Settings of a server on any free port of this machine. */
  public static ServerSettings settings() {
    return new ServerSettings("127.0.0.1", 0, 128 << 20, 32, TIMEOUT, TIMEOUT, TIMEOUT, 1);
  }
}

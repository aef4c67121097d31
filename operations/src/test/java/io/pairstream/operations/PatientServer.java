package io.pairstream.operations;

import io.pairstream.service.http.ServerSettings;
import java.time.Duration;

/** Servers whose limits on slowness nobody reaches, however busy the machine. */
public final class PatientServer {

  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private PatientServer() {}

  /** Settings of a server on any free port of this machine. */
  public static ServerSettings settings() {
    return ServerSettings.of("127.0.0.1", 0).withPatience(PATIENCE, PATIENCE, PATIENCE, 1);
  }
}

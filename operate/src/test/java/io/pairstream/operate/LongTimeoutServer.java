package io.pairstream.operate;

import io.pairstream.operate.web.OperateSettings;
import io.pairstream.service.http.ServerSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Servers whose limits on slowness no client reaches, however busy the machine. */
public final class LongTimeoutServer {

  private static final Duration TIMEOUT = Duration.ofMinutes(10);

  private LongTimeoutServer() {}

  /** Settings of a server on any free port of this machine. */
  public static ServerSettings settings() {
    return new ServerSettings(
        "127.0.0.1", 0, 128 << 20, 32, TIMEOUT, TIMEOUT, TIMEOUT, 1, TIMEOUT, null);
  }

  /** An operators' service, reached by http; without pictures or a canary. */
  public static OperateSettings operate(boolean anonymous, Path stateDirectory) {
    return new OperateSettings(
        settings(),
        anonymous,
        false,
        stateDirectory,
        Optional.empty(),
        Optional.empty(),
        List.of(),
        Optional.empty(),
        Optional.empty());
  }
}

package io.pairstream.platform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports that nobody listens on, none given out twice: until this is closed, neither to another test
 * nor to a platform, in whatever process. Drawn below those that outgoing connections take, so that
 * a process that was killed finds its own free again. Thread-safe.
 */
public final class FreePorts implements AutoCloseable {

  private static final int LOWEST = 20_000;
  private static final int HIGHEST = 32_000;

  private final Set<Integer> given = new HashSet<>();
  private final PortClaims claims = new PortClaims();

  /** One more. */
  public synchronized int next() {
    try {
      while (true) {
        int port = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST);
        if (given.add(port) && claims.take(port) && isFree(port)) {
          return port;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot claim a port", e);
    }
  }

  /** Gives all back. */
  @Override
  public void close() {
    claims.close();
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}

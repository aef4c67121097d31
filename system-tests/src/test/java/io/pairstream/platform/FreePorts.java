package io.pairstream.platform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Ports on which no process listens, none given out twice: until this is closed, neither to another
 * test nor to a platform, in whatever process. Drawn below those that outgoing connections take, so
 * that a process that was killed finds its own free again. Thread-safe.
 */
public final class FreePorts implements AutoCloseable {

  private final AtomicInteger given = new AtomicInteger();
  private final DataDirectory directory;

  public FreePorts() {
    try {
      directory = DataDirectory.take(Files.createTempDirectory("pairstream-ports"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One more. */
  public int next() {
    return directory.anyPort("port-" + given.incrementAndGet());
  }

  /** Gives all back. */
  @Override
  public void close() {
    try {
      directory.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

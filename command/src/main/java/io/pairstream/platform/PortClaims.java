package io.pairstream.platform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Which ports this user's platforms on this machine have chosen, from before anybody listens there:
 * two that start at once would find the same port free, and each would take the other's broker for
 * its own.
 *
 * <p>A locked file for each port; the operating system frees it however the process ends.
 * Thread-safe.
 */
final class PortClaims implements AutoCloseable {

  private static final Path FOLDER =
      Path.of(
          System.getProperty("java.io.tmpdir"),
          "pairstream-ports-" + System.getProperty("user.name"));

  /** What all platforms of this process hold; the operating system does not tell them apart. */
  private static final Set<Integer> OF_THIS_PROCESS = new HashSet<>();

  private final Map<Integer, FileChannel> held = new HashMap<>();

  /** Takes a port, unless another platform has it. */
  boolean take(int port) throws IOException {
    synchronized (OF_THIS_PROCESS) {
      if (held.containsKey(port)) {
        return true;
      }
      if (OF_THIS_PROCESS.contains(port)) {
        return false;
      }
      Files.createDirectories(FOLDER);
      FileChannel file =
          FileChannel.open(
              FOLDER.resolve(Integer.toString(port)),
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE);
      FileLock lock = file.tryLock();
      if (lock == null) {
        file.close();
        return false;
      }
      held.put(port, file);
      OF_THIS_PROCESS.add(port);
      return true;
    }
  }

  /** Gives all ports back. */
  @Override
  public void close() {
    synchronized (OF_THIS_PROCESS) {
      try {
        for (FileChannel file : held.values()) {
          file.close();
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } finally {
        OF_THIS_PROCESS.removeAll(held.keySet());
        held.clear();
      }
    }
  }
}

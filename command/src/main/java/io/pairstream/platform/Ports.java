package io.pairstream.platform;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The loopback ports of a data directory, kept in {@code ports.properties} so that addresses stay
 * the same from one start to the next. What is chosen is claimed until this is closed.
 *
 * <p>Thread-safe.
 */
final class Ports implements AutoCloseable {

  /**
   * Where other ports are drawn from: above the well-known ones, below those that outgoing
   * connections take, and at random so that two platforms that start at once do not collide.
   */
  private static final int LOWEST_OTHER = 20_000;

  private static final int HIGHEST_OTHER = 32_000;

  private final Path file;
  private final Properties chosen = new Properties();
  private final PortClaims claims = new PortClaims();
  private final Map<String, Integer> wanted;

  /**
   * @param wanted ports that must be taken, by what they are for
   */
  Ports(Path dataDirectory, Map<String, Integer> wanted) throws IOException {
    this.wanted = wanted;
    file = dataDirectory.resolve("ports.properties");
    if (Files.exists(file)) {
      try (Reader reader = Files.newBufferedReader(file)) {
        chosen.load(reader);
      }
    }
  }

  /**
   * A port that nobody listens on now, and no other platform of this user has chosen: the
   * remembered one, else the preferred one, else another.
   *
   * @param use what the port is for; a key to remember it by
   * @throws PlatformException where the port that must be taken is in use
   */
  synchronized int choose(String use, int preferred) throws IOException {
    Integer must = wanted.get(use);
    int port =
        must != null
            ? must
            : Integer.parseInt(chosen.getProperty(use, Integer.toString(preferred)));
    if (must != null) {
      chosen.values().removeIf(other -> other.equals(must.toString()));
    }
    while ((must == null && isOfAnother(use, port)) || !claims.take(port) || !isFree(port)) {
      if (must != null) {
        throw new PlatformException(
            "port %d, asked for by --port %s=%d, is in use".formatted(port, use, port));
      }
      port = randomPort();
    }
    chosen.setProperty(use, Integer.toString(port));
    save();
    return port;
  }

  /** A free port that nobody needs to know beforehand. */
  int chooseAny(String use) throws IOException {
    return choose(use, randomPort());
  }

  private static int randomPort() {
    return ThreadLocalRandom.current().nextInt(LOWEST_OTHER, HIGHEST_OTHER);
  }

  private boolean isOfAnother(String use, int port) {
    return wanted.containsValue(port)
        || chosen.stringPropertyNames().stream()
            .anyMatch(other -> !other.equals(use) && chosen.getProperty(other).equals("" + port));
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private void save() throws IOException {
    Path whole = file.resolveSibling("ports.properties.new");
    try (Writer writer = Files.newBufferedWriter(whole)) {
      chosen.store(writer, null);
    }
    Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void close() {
    claims.close();
  }
}

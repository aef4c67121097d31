package io.pairstream.service.http;

import io.pairstream.schemas.Threads;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.ssl.SslConnection;

/**
 * Closes connections whose next request's head does not come whole in time, however busily its
 * bytes drip. What is silent between two requests is the idle time-out's business.
 *
 * <p>One address may keep {@link #MAX_HALF_HEADS} new connections open without a whole head; one
 * more closes its oldest, so that a single address cannot take all connections from the others.
 * With TLS, the handshake is part of the first head.
 */
final class HeadDeadline implements Connection.Listener, AutoCloseable {

  /** A sixteenth of the connections of {@link ServerSettings#of}. */
  static final int MAX_HALF_HEADS = 256;

  private final Duration timeout;
  private final Map<Connection, Waiting> waiting = new ConcurrentHashMap<>();
  private final ScheduledExecutorService checks = Threads.scheduler("http-heads");

  /** No byte of the next head has arrived. */
  private static final long NOT_BEGUN = -1;

  /**
   * A connection that waits for a head.
   *
   * @param newFrom remote address of a connection that has not had a whole head; else empty
   * @param bytesBefore bytes received over the connection before this head
   * @param begunAt time of the head's first bytes, as {@link System#nanoTime}, or {@link
   *     #NOT_BEGUN}
   */
  private record Waiting(String newFrom, long bytesBefore, long begunAt) {}

  HeadDeadline(Duration timeout) {
    this.timeout = timeout;
    Duration pause = Duration.ofMillis(Math.max(100, timeout.toMillis() / 4));
    Threads.repeat(checks, pause, () -> waiting.forEach(this::check));
  }

  @Override
  public void close() {
    checks.shutdownNow();
  }

  @Override
  public synchronized void onOpened(Connection connection) {
    if (connection instanceof SslConnection) {
      return; // the one that it decrypts for opens, too
    }
    String address =
        connection.getEndPoint().getRemoteSocketAddress() instanceof InetSocketAddress inet
            ? inet.getHostString()
            : "unknown";
    List<Connection> halfHeads =
        waiting.entrySet().stream()
            .filter(entry -> entry.getValue().newFrom().equals(address))
            .map(Map.Entry::getKey)
            .sorted(Comparator.comparingLong(Connection::getCreatedTimeStamp))
            .toList();
    waiting.put(connection, new Waiting(address, transport(connection).getBytesIn(), NOT_BEGUN));
    if (halfHeads.size() >= MAX_HALF_HEADS) {
      waiting.remove(halfHeads.get(0));
      transport(halfHeads.get(0)).getEndPoint().close();
    }
  }

  @Override
  public void onClosed(Connection connection) {
    headCame(connection);
  }

  /** A request's head is whole. */
  void headCame(Connection connection) {
    waiting.remove(connection);
  }

  /** A request is answered; the next one's head may come. */
  void await(Connection connection) {
    if (connection.getEndPoint().isOpen()) {
      waiting.put(connection, new Waiting("", transport(connection).getBytesIn(), NOT_BEGUN));
    }
  }

  /** The connection that has the socket: with TLS, the one that decrypts. */
  private static Connection transport(Connection connection) {
    return connection.getEndPoint() instanceof SslConnection.SslEndPoint decrypted
        ? decrypted.getSslConnection()
        : connection;
  }

  private void check(Connection connection, Waiting head) {
    long now = System.nanoTime();
    if (!connection.getEndPoint().isOpen()) {
      waiting.remove(connection, head);
    } else if (head.begunAt() == NOT_BEGUN) {
      if (transport(connection).getBytesIn() > head.bytesBefore()) {
        waiting.replace(connection, head, new Waiting(head.newFrom(), head.bytesBefore(), now));
      }
    } else if (now - head.begunAt() > timeout.toNanos() && waiting.remove(connection, head)) {
      transport(connection).getEndPoint().close();
    }
  }
}

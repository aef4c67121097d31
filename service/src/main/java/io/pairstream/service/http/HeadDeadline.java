package io.pairstream.service.http;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.component.AbstractLifeCycle;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * Closes connections whose next request's head does not come whole in time, however busily its
 * bytes drip. What is silent between two requests is the idle time-out's business.
 *
 * <p>One address may keep {@link #MAX_HALF_HEADS} new connections open without a whole head; one
 * more closes its oldest, so that a single address cannot take all connections from the others.
 */
final class HeadDeadline extends AbstractLifeCycle implements Connection.Listener {

  /** A sixteenth of the connections of {@link ServerSettings#of}. */
  static final int MAX_HALF_HEADS = 256;

  private final Duration timeout;
  private final Map<EndPoint, Waiting> waiting = new ConcurrentHashMap<>();

  /** New connections without a whole head, by address, oldest first. Guarded by itself. */
  private final Map<Object, Deque<EndPoint>> halfHeads = new HashMap<>();

  /** Their addresses, which a closed connection does not tell any more. */
  private final Map<EndPoint, Object> addresses = new ConcurrentHashMap<>();

  private final Scheduler scheduler = new ScheduledExecutorScheduler("http-heads", true);

  /** Nothing of the next head has come yet. */
  private static final long NOT_BEGUN = -1;

  /**
   * @param bytesBefore bytes that had come over the connection when the head began to be waited for
   * @param begunAt when the head's first bytes were seen, as {@link System#nanoTime}, or {@link
   *     #NOT_BEGUN}
   */
  private record Waiting(Connection connection, long bytesBefore, long begunAt) {}

  HeadDeadline(Duration timeout) {
    this.timeout = timeout;
  }

  @Override
  protected void doStart() throws Exception {
    scheduler.start();
    checkLater();
  }

  @Override
  protected void doStop() throws Exception {
    scheduler.stop();
  }

  @Override
  public void onOpened(Connection connection) {
    SocketAddress remote = connection.getEndPoint().getRemoteSocketAddress();
    Object address = remote instanceof InetSocketAddress inet ? inet.getAddress() : "unknown";
    EndPoint oldest = null;
    synchronized (halfHeads) {
      Deque<EndPoint> ofAddress = halfHeads.computeIfAbsent(address, any -> new ArrayDeque<>());
      ofAddress.add(connection.getEndPoint());
      addresses.put(connection.getEndPoint(), address);
      if (ofAddress.size() > MAX_HALF_HEADS) {
        oldest = ofAddress.poll();
      }
    }
    if (oldest != null) {
      oldest.close();
    }
    await(connection);
  }

  @Override
  public void onClosed(Connection connection) {
    headCame(connection);
  }

  /** A request's head is whole. */
  void headCame(Connection connection) {
    EndPoint endPoint = connection.getEndPoint();
    waiting.remove(endPoint);
    Object address = addresses.remove(endPoint);
    if (address != null) {
      synchronized (halfHeads) {
        halfHeads.computeIfPresent(
            address,
            (any, ofAddress) ->
                ofAddress.remove(endPoint) && ofAddress.isEmpty() ? null : ofAddress);
      }
    }
  }

  /** A request is answered; the next one's head may come. */
  void await(Connection connection) {
    if (connection.getEndPoint().isOpen()) {
      waiting.put(
          connection.getEndPoint(), new Waiting(connection, connection.getBytesIn(), NOT_BEGUN));
    }
  }

  private void checkLater() {
    var unused =
        scheduler.schedule(
            () -> {
              check();
              checkLater();
            },
            Math.max(100, timeout.toMillis() / 4),
            TimeUnit.MILLISECONDS);
  }

  private void check() {
    long now = System.nanoTime();
    waiting.forEach(
        (endPoint, head) -> {
          if (!endPoint.isOpen()) {
            waiting.remove(endPoint, head);
          } else if (head.begunAt() == NOT_BEGUN) {
            if (head.connection().getBytesIn() > head.bytesBefore()) {
              waiting.replace(
                  endPoint, head, new Waiting(head.connection(), head.bytesBefore(), now));
            }
          } else if (now - head.begunAt() > timeout.toNanos() && waiting.remove(endPoint, head)) {
            endPoint.close();
          }
        });
  }
}

package io.pairstream.ingest.http;

import java.time.Duration;
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
 * bytes drip. A connection that was idle between two requests counts from its last answer; the idle
 * time-out of the connector is what ends a silent one.
 */
final class HeadDeadline extends AbstractLifeCycle implements Connection.Listener {

  private final Duration timeout;
  private final Map<EndPoint, Waiting> waiting = new ConcurrentHashMap<>();
  private final Scheduler scheduler = new ScheduledExecutorScheduler("http-heads", true);

  /**
   * @param since when the head began to be waited for, as {@link System#nanoTime}
   * @param bytesBefore bytes that had come over the connection by then
   */
  private record Waiting(Connection connection, long since, long bytesBefore) {}

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
    await(connection);
  }

  @Override
  public void onClosed(Connection connection) {
    waiting.remove(connection.getEndPoint());
  }

  /** A request's head is whole. */
  void headCame(Connection connection) {
    waiting.remove(connection.getEndPoint());
  }

  /** A request is answered; the next one's head may come. */
  void await(Connection connection) {
    if (connection.getEndPoint().isOpen()) {
      waiting.put(
          connection.getEndPoint(),
          new Waiting(connection, System.nanoTime(), connection.getBytesIn()));
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
          boolean begun = head.connection().getBytesIn() > head.bytesBefore();
          if (!endPoint.isOpen()) {
            waiting.remove(endPoint);
          } else if (begun && now - head.since() > timeout.toNanos()) {
            waiting.remove(endPoint);
            endPoint.close();
          }
        });
  }
}

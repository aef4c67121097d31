package io.pairstream.service.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * Server-sent events as the HTML standard writes them
 * (https://html.spec.whatwg.org/multipage/server-sent-events.html).
 */
final class SentEvents implements EventStream {

  static final String MEDIA_TYPE = "text/event-stream";

  /** A proxy that gathers bytes would hold events back. */
  private static final Map<String, String> HEADERS = Map.of("X-Accel-Buffering", "no");

  private static final int MOST_WAITING = 64;
  private static final long HEARTBEAT_SECONDS = 10;
  private static final byte[] HEARTBEAT = ":\n\n".getBytes(StandardCharsets.UTF_8);

  private final Exchange exchange;
  private final Queue<byte[]> waiting = new ArrayDeque<>();
  private final List<Runnable> atEnd = new ArrayList<>();
  private Scheduler.Task heartbeat;
  private boolean writing;
  private boolean ending;
  private boolean ended;

  SentEvents(Exchange exchange) {
    this.exchange = exchange;
  }

  /** Sends a first comment, which shows that the stream is open. */
  void open() {
    offer(HEARTBEAT);
    beatLater();
  }

  @Override
  public boolean send(String event, String id, Object data) {
    String text =
        "event: "
            + event
            + "\nid: "
            + id
            + "\ndata: "
            + new String(Json.bytes(data), StandardCharsets.UTF_8)
            + "\n\n";
    return offer(text.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void end() {
    synchronized (this) {
      if (ending || ended) {
        return;
      }
      ending = true;
      if (exchange.begin()) {
        exchange.head(200, MEDIA_TYPE, HEADERS);
      }
      if (writing) {
        return;
      }
      writing = true;
    }
    writeNext();
  }

  @Override
  public void onEnd(Runnable action) {
    synchronized (this) {
      if (!ended) {
        atEnd.add(action);
        return;
      }
    }
    action.run();
  }

  /** The client is gone. */
  void lost(Throwable cause) {
    if (finish()) {
      exchange.failed(cause);
    }
  }

  private boolean offer(byte[] bytes) {
    boolean behind;
    synchronized (this) {
      if (ending || ended) {
        return false;
      }
      if (exchange.begin()) {
        exchange.head(200, MEDIA_TYPE, HEADERS);
      }
      behind = waiting.size() >= MOST_WAITING;
      if (!behind) {
        waiting.add(bytes);
        if (writing) {
          return true;
        }
        writing = true;
      }
    }
    if (behind) {
      lost(new IllegalStateException("the client does not read its events"));
      return false;
    }
    writeNext();
    return true;
  }

  private void writeNext() {
    byte[] next;
    boolean last;
    synchronized (this) {
      next = waiting.poll();
      last = next == null && ending;
      if (ended || (next == null && !last)) {
        writing = false;
        return;
      }
    }
    exchange
        .response()
        .write(
            last,
            ByteBuffer.wrap(last ? new byte[0] : next),
            Callback.from(last ? this::finished : this::writeNext, this::lost));
  }

  private void finished() {
    if (finish()) {
      exchange.succeeded();
    }
  }

  /** Ends it; false where it has ended. */
  boolean finish() {
    List<Runnable> actions;
    synchronized (this) {
      if (ended) {
        return false;
      }
      ended = true;
      if (heartbeat != null) {
        var unused = heartbeat.cancel();
      }
      waiting.clear();
      actions = List.copyOf(atEnd);
      atEnd.clear();
    }
    actions.forEach(Runnable::run);
    return true;
  }

  private void beatLater() {
    Scheduler.Task next =
        exchange
            .request()
            .getComponents()
            .getScheduler()
            .schedule(this::beat, HEARTBEAT_SECONDS, TimeUnit.SECONDS);
    synchronized (this) {
      if (!ended) {
        heartbeat = next;
        return;
      }
    }
    var unused = next.cancel();
  }

  private void beat() {
    boolean idle;
    synchronized (this) {
      idle = waiting.isEmpty();
    }
    if (!idle || offer(HEARTBEAT)) {
      beatLater();
    }
  }
}

package io.pairstream.service.http;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;

/** Counts requests and their answers since the server began. Thread-safe. */
public final class HttpTraffic {

  private final Map<Integer, LongAdder> byStatus = new ConcurrentHashMap<>();
  private final LongAdder received = new LongAdder();
  private final LongAdder sent = new LongAdder();
  private final LongAdder begun = new LongAdder();
  private final LongAdder ended = new LongAdder();

  HttpTraffic() {}

  /** Follows a request to its end. */
  void count(Request request, Response response) {
    begun.increment();
    Request.addCompletionListener(
        request,
        failure -> {
          ended.increment();
          byStatus.computeIfAbsent(response.getStatus(), status -> new LongAdder()).increment();
          received.add(Request.getContentBytesRead(request));
          sent.add(Response.getContentBytesWritten(response));
        });
  }

  /** Requests that were answered, by the answer's status code; 0 where none was begun. */
  public SortedMap<Integer, Long> byStatus() {
    SortedMap<Integer, Long> counts = new TreeMap<>();
    byStatus.forEach((status, count) -> counts.put(status, count.sum()));
    return counts;
  }

  /** Bytes of bodies that came, of requests that have ended. */
  public long receivedBytes() {
    return received.sum();
  }

  /** Bytes of bodies that went, of requests that have ended. */
  public long sentBytes() {
    return sent.sum();
  }

  /** Requests under way now. */
  public long inFlight() {
    return Math.max(0, begun.sum() - ended.sum());
  }
}

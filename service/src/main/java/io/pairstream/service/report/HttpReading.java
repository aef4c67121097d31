package io.pairstream.service.report;

import io.pairstream.service.http.HttpTraffic;

/** What is asked and answered by HTTP. */
public final class HttpReading implements ReadingSource {

  private final HttpTraffic traffic;

  public HttpReading(HttpTraffic traffic) {
    this.traffic = traffic;
  }

  @Override
  public void read(Reading reading) {
    traffic
        .byStatus()
        .forEach(
            (status, count) ->
                reading.counter("http_requests_total", count, "status", String.valueOf(status)));
    reading.counter("http_received_bytes_total", traffic.receivedBytes());
    reading.counter("http_sent_bytes_total", traffic.sentBytes());
    reading.gauge("http_requests_in_flight", traffic.inFlight());
  }
}

package io.pairstream.operations.metrics;

import io.pairstream.service.report.PrometheusText;

/** A part of the service that has numbers to tell. Thread-safe, and quick: it asks nobody. */
@FunctionalInterface
public interface MetricsSource {

  /** Adds what it knows now. */
  void write(PrometheusText text);
}

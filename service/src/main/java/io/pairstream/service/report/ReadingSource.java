package io.pairstream.service.report;

/**
 * A part of a service that has something to count. Called every few seconds, by several threads.
 */
@FunctionalInterface
public interface ReadingSource {

  /** Adds what this part knows now; returns at once. */
  void read(Reading reading);
}

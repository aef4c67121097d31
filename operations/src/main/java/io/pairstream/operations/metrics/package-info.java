/**
 * What the operators' service knows, as Prometheus reads it: under the names of kafka-lag-exporter,
 * whose boards then work as they are, and under our own, which tell more.
 */
package io.pairstream.operations.metrics;

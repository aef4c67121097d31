/** A day of lag on this instance's disk. Knows nothing of Kafka. */
package io.pairstream.operations.lag.history;

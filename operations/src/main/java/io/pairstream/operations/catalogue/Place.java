package io.pairstream.operations.catalogue;

import java.time.Instant;

/**
 * Where a record lies.
 *
 * @param topic full name
 * @param at when the broker took it
 */
public record Place(String topic, int partition, long offset, Instant at) {}

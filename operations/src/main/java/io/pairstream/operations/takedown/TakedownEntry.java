package io.pairstream.operations.takedown;

import io.pairstream.schemas.Takedown;

/**
 * A takedown in force.
 *
 * @param pairs how many published pairs were withdrawn with it; 0 for a pair's own
 */
public record TakedownEntry(Takedown takedown, long pairs) {}

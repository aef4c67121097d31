package io.pairstream.operations.takedown;

import io.pairstream.schemas.Takedown;

/**
 * A takedown in force.
 *
 * @param pairs how many published pairs were withdrawn with it; of a pair, under other spellings of
 *     its caption
 */
public record TakedownEntry(Takedown takedown, long pairs) {}

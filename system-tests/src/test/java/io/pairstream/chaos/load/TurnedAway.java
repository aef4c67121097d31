package io.pairstream.chaos.load;

import java.time.Instant;

/**
 * A front door's answer that it cannot take a record now.
 *
 * @param status of HTTP, such as 503
 * @param saysWhen whether it has a {@code Retry-After}
 */
public record TurnedAway(Instant at, int status, boolean saysWhen) {}

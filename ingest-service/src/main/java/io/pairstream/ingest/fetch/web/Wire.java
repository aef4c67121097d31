package io.pairstream.ingest.fetch.web;

import java.time.Clock;
import org.apache.hc.core5.http.impl.bootstrap.HttpAsyncRequester;

/**
 * What every request needs.
 *
 * @param requester makes connections and keeps them
 * @param limits what a fetch may take
 * @param budget bytes of bodies that are held
 * @param timers time limits
 * @param clock the time of day
 * @param agent who asks, as hosts are told
 */
record Wire(
    HttpAsyncRequester requester,
    FetchLimits limits,
    BodyBudget budget,
    Timers timers,
    Clock clock,
    String agent) {}

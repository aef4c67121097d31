package io.pairstream.ingest.fetch.queue;

import io.pairstream.schemas.PairLink;

/**
 * A link that can be fetched, and is worked on for the record at hand: the link's own, or one that
 * let it wait.
 *
 * @param host of its URL, see {@link io.pairstream.schemas.LinkHost}
 * @param share the partition of the record at hand
 * @param offset its offset there
 */
record LinkJob(TriedLink tried, PairLink link, String host, Share share, long offset) {}

package io.pairstream.ingest.fetch.queue;

/**
 * A link that is worked on for the record at hand: the link's own, or one that let it wait.
 *
 * @param share the partition of the record at hand
 * @param offset its offset there
 */
record LinkJob(ReadableLink link, Share share, long offset) {}

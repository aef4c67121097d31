/**
 * Links from Kafka to what becomes of them in Kafka: a raw pair, a time at which to try again, or
 * quarantine, each exactly once. Knows topics, offsets, turns and times; how an image is fetched is
 * its neighbour's to know.
 */
package io.pairstream.ingest.fetch.queue;

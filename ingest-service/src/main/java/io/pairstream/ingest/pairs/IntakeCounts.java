package io.pairstream.ingest.pairs;

/**
 * What an ingest API took since it started, batches' inputs included.
 *
 * @param pairs that Kafka has confirmed
 * @param imageBytes bytes of their images
 * @param links that Kafka has confirmed
 * @param failed submissions that were right and could not be taken
 * @param underWay submissions that wait for Kafka now
 */
public record IntakeCounts(long pairs, long imageBytes, long links, long failed, long underWay) {}

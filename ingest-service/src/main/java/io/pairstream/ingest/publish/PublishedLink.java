package io.pairstream.ingest.publish;

/**
 * The acknowledgement of a link: it is in Kafka, on all in-sync replicas, and its image is still to
 * be fetched.
 *
 * @param linkId see {@link io.pairstream.schemas.PairIdentity#linkId}
 * @param host host of the URL, the record's key; see {@link io.pairstream.schemas.LinkHost}
 * @param topic full name of the topic of links
 * @param partition partition of that topic, from 0
 * @param offset offset in that partition, from 0
 */
public record PublishedLink(String linkId, String host, String topic, int partition, long offset) {}

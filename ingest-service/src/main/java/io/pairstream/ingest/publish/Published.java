package io.pairstream.ingest.publish;

/**
 * The acknowledgement: the pair is in Kafka, on all in-sync replicas.
 *
 * @param pairId see {@link io.pairstream.schemas.PairIdentity}
 * @param imageDigest lower-case hex SHA-256 of the image, the record's key
 * @param topic full name of the raw topic
 * @param partition partition of that topic, from 0
 * @param offset offset in that partition, from 0
 */
public record Published(
    String pairId, String imageDigest, String topic, int partition, long offset) {}

package io.pairstream.ingest.publish;

import io.pairstream.schemas.PairIdentity;

/**
 * The acknowledgement: a pair, or a link whose image is still to be fetched, is in Kafka, on all
 * in-sync replicas.
 *
 * @param id see {@link PairIdentity#pairId} and {@link PairIdentity#linkId}
 * @param imageDigest lower-case hex SHA-256 of the image, the record's key; empty for a link
 * @param topic full name of the topic
 * @param partition partition of that topic, from 0
 * @param offset offset in that partition, from 0
 */
public record Published(String id, String imageDigest, String topic, int partition, long offset) {

  /** Whether it is a pair. */
  public boolean isPair() {
    return !imageDigest.isEmpty();
  }

  /** Name of the kind in answers. */
  public String kind() {
    return isPair() ? "PAIR" : "LINK";
  }
}

package io.pairstream.preprocess.topology;

import java.time.Instant;

/**
 * Who a record is.
 *
 * @param pairId see {@link io.pairstream.schemas.PairIdentity}; empty where the record is
 *     unreadable
 * @param imageDigest likewise
 * @param sampleId the pair id that it would have with its cleaned caption; empty until that is
 *     known
 * @param receivedAt when the ingest API accepted it; the time of its arrival where nobody says
 */
record Identity(String pairId, String imageDigest, String sampleId, Instant receivedAt) {

  /** A record that could not be read has no names. */
  static Identity unknown(RawRecord raw) {
    return new Identity("", "", "", raw.arrivedAt());
  }

  Identity withSample(String id) {
    return new Identity(pairId, imageDigest, id, receivedAt);
  }

  boolean isKnown() {
    return !pairId.isEmpty();
  }
}

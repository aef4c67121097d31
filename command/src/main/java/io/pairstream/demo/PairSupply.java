package io.pairstream.demo;

import io.pairstream.ingest.publish.PairPublisher;
import io.pairstream.service.Cluster;

/** Where a demo's pairs come from. */
public interface PairSupply {

  /**
   * Publishes them all, and returns once they are acknowledged.
   *
   * @param publisher for the raw topic
   * @param cluster where it is
   * @param published told of each pair that is in Kafka
   */
  void publish(PairPublisher publisher, Cluster cluster, Runnable published);
}

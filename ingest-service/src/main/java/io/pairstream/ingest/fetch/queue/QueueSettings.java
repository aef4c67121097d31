package io.pairstream.ingest.fetch.queue;

import io.pairstream.service.Cluster;

/**
 * How links are worked off.
 *
 * @param cluster where the links are, and where what becomes of them goes
 * @param underWay links that are handed to the fetcher at a time, all hosts together; at least 1
 * @param underWayPerHost of one host; at least 1. One more than the connections that a host gets
 *     keeps them busy
 * @param retries how often a link is tried, and when
 */
public record QueueSettings(Cluster cluster, int underWay, int underWayPerHost, RetryPlan retries) {

  private static final int UNDER_WAY = 2000;
  private static final int UNDER_WAY_PER_HOST = 3;

  public QueueSettings {
    if (underWay < 1 || underWayPerHost < 1) {
      throw new IllegalArgumentException(
          "at least 1 link is under way, and 1 of a host; not %d and %d"
              .formatted(underWay, underWayPerHost));
    }
  }

  public static QueueSettings of(Cluster cluster) {
    return new QueueSettings(cluster, UNDER_WAY, UNDER_WAY_PER_HOST, RetryPlan.USUAL);
  }
}

package io.pairstream.answers;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/**
 * Coordinates of a pair's published record.
 *
 * @param offset on its split
 */
record PairPlace(String pair, TopicPartition split, long offset) {

  /** Reads the columns pair, topic, partition and offset. */
  static PairPlace of(ResultSet row) throws SQLException {
    return new PairPlace(
        row.getString(1), new TopicPartition(row.getString(2), row.getInt(3)), row.getLong(4));
  }

  /** Whether the record lies on one of these partitions, which takes records now. */
  boolean isReady(Map<TopicPartition, SplitPartition> partitions) {
    SplitPartition partition = partitions.get(split);
    return partition != null && partition.isReady();
  }
}

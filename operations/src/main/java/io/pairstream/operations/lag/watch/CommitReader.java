package io.pairstream.operations.lag.watch;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.CommittedLog;
import io.pairstream.operations.cluster.Pages;
import io.pairstream.operations.lag.verdict.Sample.Rewind;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.internals.Topic;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads what groups commit, between one look and the next: a group that went back and has read on
 * is where it would be otherwise by then. Where this client may not read the topic, only looks
 * tell. Not thread-safe.
 */
final class CommitReader implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(CommitReader.class);

  /** Versions of keys that are offset commits; others are groups' metadata. */
  private static final int NEWEST_COMMIT_KEY = 1;

  private final CommittedLog log;
  private final Map<String, Map<TopicPartition, Long>> places = new HashMap<>();
  private Pages commits;
  private boolean refused;

  CommitReader(ClusterAccess cluster) {
    log = CommittedLog.open(cluster);
  }

  /**
   * Who has gone back since the last call, by group; nobody in the first call.
   *
   * @param now where groups are, as they were before this call
   */
  Map<String, Map<TopicPartition, Rewind>> rewinds(Map<String, GroupPlace> now) {
    Map<String, Map<TopicPartition, Rewind>> rewinds = new HashMap<>();
    try {
      if (commits != null) {
        commits.readOn(record -> note(record, rewinds));
        places.keySet().retainAll(now.keySet());
      } else if (!refused) {
        begin(now);
      }
    } catch (UnknownTopicOrPartitionException e) {
      LOG.debug("nobody has committed yet: {}", e.getMessage());
    } catch (AuthorizationException e) {
      refused = true;
      commits = null;
      LOG.warn("groups that go back and read on may be missed: {}", e.getMessage());
    }
    return rewinds;
  }

  /** What is committed from here on is read; everything before is in the groups' places. */
  private void begin(Map<String, GroupPlace> now) {
    List<TopicPartition> all = log.partitions(Topic.GROUP_METADATA_TOPIC_NAME);
    commits = new Pages(log, all, log.ends(all));
    now.forEach(
        (group, place) ->
            place
                .positions()
                .forEach((partition, position) -> of(group).put(partition, position.committed())));
  }

  private Map<TopicPartition, Long> of(String group) {
    return places.computeIfAbsent(group, unknown -> new HashMap<>());
  }

  private void note(
      ConsumerRecord<byte[], byte[]> record, Map<String, Map<TopicPartition, Rewind>> rewinds) {
    if (record.key() == null) {
      return;
    }
    ByteBuffer key = ByteBuffer.wrap(record.key());
    if (key.getShort() > NEWEST_COMMIT_KEY) {
      return;
    }
    String group = text(key);
    TopicPartition partition = new TopicPartition(text(key), key.getInt());
    if (record.value() == null) {
      of(group).remove(partition);
      return;
    }
    // In all versions of the value the offset comes first.
    long offset = ByteBuffer.wrap(record.value()).getLong(Short.BYTES);
    Long before = of(group).put(partition, offset);
    if (before != null && offset < before) {
      rewinds
          .computeIfAbsent(group, unknown -> new HashMap<>())
          .merge(partition, new Rewind(before, offset), Rewind::and);
    }
  }

  private static String text(ByteBuffer from) {
    byte[] bytes = new byte[from.getShort()];
    from.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    log.close();
  }
}

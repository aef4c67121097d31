package io.pairstream.feed;

import io.pairstream.feed.takedown.WithdrawnPairs;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * The records of a window: those that are there and not withdrawn, in their order, over and over.
 *
 * <p>So a pair comes as often as another, but for once, and again only when all others have come.
 * For one thread at a time.
 */
final class LoadedWindow {

  private final List<ConsumerRecord<byte[], byte[]>> there;
  private final WithdrawnPairs withdrawn;
  private final boolean isOwn;

  /**
   * Of each record that is there, the keys of the takedowns that it falls under; empty at first.
   */
  private final List<List<String>> keys = new ArrayList<>();

  private List<ConsumerRecord<byte[], byte[]>> living;
  private long version;

  /**
   * @param records in the order in which they are handed out; null for one that is gone
   * @param withdrawn is asked anew whenever its version has changed
   * @param isOwn whether these are the window's own records
   */
  LoadedWindow(
      List<ConsumerRecord<byte[], byte[]>> records, WithdrawnPairs withdrawn, boolean isOwn) {
    this.there = records.stream().filter(Objects::nonNull).toList();
    this.withdrawn = withdrawn;
    this.isOwn = isOwn;
    this.living = there;
  }

  /**
   * One of a window's samples.
   *
   * @param isStandIn whether it comes in the place of a pair that is withdrawn
   */
  record Sample(ConsumerRecord<byte[], byte[]> record, boolean isStandIn) {}

  /** Whether any pair is left. */
  boolean hasLiving() {
    long now = withdrawn.version();
    if (now != version) {
      if (keys.isEmpty()) {
        there.forEach(record -> keys.add(withdrawn.keysOf(record.value())));
      }
      living = new ArrayList<>();
      for (int i = 0; i < there.size(); i++) {
        if (!withdrawn.holds(keys.get(i))) {
          living.add(there.get(i));
        }
      }
      version = now;
    }
    return !living.isEmpty();
  }

  /**
   * What comes at a place, once {@link #hasLiving} has said that there is something.
   *
   * @param at from 0 to below the window's length
   */
  Sample sample(int at) {
    return new Sample(living.get(at % living.size()), at >= living.size() || !isOwn);
  }
}

package io.pairstream.feed.export;

import io.pairstream.feed.order.OrderPlan;
import io.pairstream.feed.view.Block;
import io.pairstream.feed.view.View;

/**
 * Contents of an export and how they are cut into shards.
 *
 * <p>A shard is a range of the order's places, whatever of it has been withdrawn since, so that
 * every shard is known before the first record is read.
 *
 * @param order of one lane: the view's own, or that of epoch 0 of such a run
 * @param shardSamples places of every shard but the last, at least 1
 */
public record ExportPlan(View view, ExportFormat format, OrderPlan order, int shardSamples) {

  public ExportPlan {
    if (order.lanes() != 1) {
      throw new IllegalArgumentException("an export has one lane, not " + order.lanes());
    }
    if (shardSamples < 1) {
      throw new IllegalArgumentException("a shard has at least 1 sample, was " + shardSamples);
    }
  }

  /** The view's own order. */
  public static OrderPlan viewOrder() {
    return new OrderPlan(0, 1, 0);
  }

  /** The order of epoch 0 of a run with one lane. */
  public static OrderPlan shuffled(long seed, int window) {
    return new OrderPlan(seed, 1, window);
  }

  /**
   * How many of a view's samples make a shard of about so many bytes, by their mean size on the
   * topic.
   *
   * @param bytes at least 1
   */
  public static int samplesIn(long bytes, View view) {
    long viewBytes = view.blocks().stream().mapToLong(Block::bytes).sum();
    return (int) Math.max(1, Math.min(1_000_000, bytes * view.samples() / viewBytes));
  }

  /** Number of shards. */
  public int shards() {
    return Math.toIntExact((view.samples() + shardSamples - 1) / shardSamples);
  }

  /** First place of a shard. */
  long from(int shard) {
    return (long) shard * shardSamples;
  }

  /** Behind the last place of a shard. */
  long to(int shard) {
    return Math.min(view.samples(), from(shard) + shardSamples);
  }
}

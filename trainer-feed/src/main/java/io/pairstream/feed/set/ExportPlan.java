package io.pairstream.feed.set;

import io.pairstream.feed.order.OrderPlan;
import io.pairstream.feed.view.Block;
import io.pairstream.feed.view.NamedView;
import io.pairstream.feed.view.View;
import java.util.Locale;

/**
 * View that a set is to hold, and how it is cut into shards.
 *
 * <p>A shard is a range of the order's places, whatever of it has been withdrawn since, so that
 * every shard is known before the first record is read.
 *
 * @param name of the view; empty for a view of a file
 * @param segments that the view has now, up to the last with pairs; 0 for a view of a file
 * @param parts the pairs from a segment on, up to another
 * @param order of one lane: the view's own, or that of epoch 0 of such a run
 * @param shardSamples places of every shard but the last, at least 1; 0 for as many as the set has,
 *     and in a new one for shards of about 256 MB
 */
public record ExportPlan(
    String name, int segments, Parts parts, OrderPlan order, int shardSamples) {

  private static final long USUAL_SHARD_BYTES = 256_000_000;
  private static final int MOST_SHARD_SAMPLES = 1_000_000;

  /** Reads the pairs of some segments of a view. */
  public interface Parts {
    View of(int from, int to);
  }

  public ExportPlan {
    if (order.lanes() != 1) {
      throw new IllegalArgumentException("an export has one lane, not " + order.lanes());
    }
    if (shardSamples < 0 || shardSamples > MOST_SHARD_SAMPLES) {
      throw new IllegalArgumentException(
          "a shard has at least 1 and at most %,d samples, not %,d"
              .formatted(MOST_SHARD_SAMPLES, shardSamples));
    }
  }

  /** Plan for a view of a file, which never grows. */
  public static ExportPlan of(View view, OrderPlan order, int shardSamples) {
    return new ExportPlan("", 0, (from, to) -> view, order, shardSamples);
  }

  /** Plan for the segments that a named view has now; freezing it appends one without pairs. */
  public static ExportPlan of(NamedView view, OrderPlan order, int shardSamples) {
    int segments = view.segments().size();
    while (segments > 1 && view.samples(segments - 1, segments) == 0) {
      segments--;
    }
    return new ExportPlan(view.name(), segments, view::view, order, shardSamples);
  }

  /** The view's own order. */
  public static OrderPlan viewOrder() {
    return new OrderPlan(0, 1, 0);
  }

  /** All that the view has now. */
  View view() {
    return parts.of(0, segments);
  }

  /** The view in words. */
  String title() {
    return title(name, view().fingerprint());
  }

  static String title(String name, String fingerprint) {
    return name.isEmpty()
        ? "a view of a file (fingerprint " + fingerprint + ")"
        : "the view " + name;
  }

  /** The order in words. */
  String orderInWords() {
    return order.isShuffled()
        ? String.format(Locale.ROOT, "spread, seed %d, window %d", order.seed(), order.window())
        : "view";
  }

  /** How many samples a new set's shards have, by the samples' mean size on the topic. */
  int newShardSamples() {
    if (shardSamples > 0) {
      return shardSamples;
    }
    View view = view();
    long bytes = view.blocks().stream().mapToLong(Block::bytes).sum();
    long usual = USUAL_SHARD_BYTES * view.samples() / bytes;
    return (int) Math.max(1, Math.min(MOST_SHARD_SAMPLES, usual));
  }
}

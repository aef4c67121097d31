package io.pairstream.feed.view;

import io.pairstream.schemas.Sha256;
import java.time.Instant;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * Which records of a split's topic a run reads: the same ones whenever it is read.
 *
 * @param topic the split's topic
 * @param topicId Kafka's id of the topic, which a topic that is made anew does not share
 * @param cutAt when the view was cut
 * @param where conditions for which its records were taken, all of which held; the blocks hold
 *     those records alone, so that nothing is decided by them any more
 * @param blocks by partition and offset; at least one
 */
public record View(
    String topic, String topicId, Instant cutAt, List<String> where, List<Block> blocks) {

  public View {
    where = List.copyOf(where);
    blocks = List.copyOf(blocks);
    if (blocks.isEmpty()) {
      throw empty(topic, where);
    }
    for (int i = 1; i < blocks.size(); i++) {
      Block before = blocks.get(i - 1);
      Block block = blocks.get(i);
      boolean inOrder =
          before.partition() < block.partition()
              || (before.partition() == block.partition() && before.end() <= block.begin());
      if (!inOrder) {
        throw new InvalidViewException(
            "block %d of partition %d from %d lies before the one in front of it"
                .formatted(i, block.partition(), block.begin()));
      }
    }
  }

  /** Says why a view of a topic has no records. */
  public static InvalidViewException empty(String topic, List<String> where) {
    return new InvalidViewException(
        "there is no record in %s that a view could hold%s"
            .formatted(
                topic,
                where.isEmpty()
                    ? "; the recipe's split.*-share says how many pairs come there"
                    : " where " + String.join(" and ", where)));
  }

  /** Index of the block that has the record of an offset, if any has. */
  public OptionalInt blockOf(int partition, long offset) {
    int found =
        Collections.binarySearch(
            blocks, new Block(partition, offset, 1, List.of(1)), NamedView.IN_ORDER);
    int index = found < 0 ? -found - 2 : found;
    boolean isThere =
        index >= 0
            && blocks.get(index).partition() == partition
            && blocks.get(index).place(offset) >= 0;
    return isThere ? OptionalInt.of(index) : OptionalInt.empty();
  }

  /** Number of records. */
  public long samples() {
    return blocks.stream().mapToLong(Block::size).sum();
  }

  /**
   * Identity of the view: 32 hexadecimal digits, the first half of SHA-256 over the lines {@code
   * pairstream view 1}, topic, topic id, and for each block {@code partition begin runs}, all with
   * one space between numbers and one line feed behind each line, in UTF-8.
   */
  public String fingerprint() {
    StringBuilder text = new StringBuilder("pairstream view 1\n");
    text.append(topic).append('\n').append(topicId).append('\n');
    for (Block block : blocks) {
      text.append(block.partition()).append(' ').append(block.begin()).append(' ');
      text.append(block.runs().stream().map(String::valueOf).collect(Collectors.joining(" ")));
      text.append('\n');
    }
    byte[] digest = Sha256.of(text.toString());
    return HexFormat.of().formatHex(digest, 0, 16);
  }
}

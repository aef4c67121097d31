package io.pairstream.feed.view;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.pairstream.schemas.Sha256;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * Which records of a split's topic a run reads: the same ones whenever it is read.
 *
 * <p>As JSON, a block is {@code [partition, begin, bytes, [runs]]}, as {@link Block} describes
 * them; {@code where} is present where there are conditions:
 *
 * <pre>{"format":1,"topic":"pairs.training","topic_id":"…","cut_at":"2026-11-20T12:00:00Z",
 * "fingerprint":"…","samples":190,"blocks":[[0,0,3211776,[57,1,71]],[0,130,1555200,[62]]]}</pre>
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

  private static final int FORMAT = 1;

  /** Reads files of later versions, too: unknown fields are ignored. */
  static final JsonMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  /**
   * Contents of a view file.
   *
   * @param blocks the blocks, or their number
   * @param runs number of all blocks' runs, where the blocks are not in this part
   */
  record Stored(
      int format,
      String topic,
      String topicId,
      String cutAt,
      String fingerprint,
      long samples,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> where,
      JsonNode blocks,
      @JsonInclude(JsonInclude.Include.NON_DEFAULT) long runs) {

    static String json(View view, int format, Object blocks, long runs) {
      Stored stored =
          new Stored(
              format,
              view.topic,
              view.topicId,
              view.cutAt.toString(),
              view.fingerprint(),
              view.samples(),
              view.where,
              JSON.valueToTree(blocks),
              runs);
      return JSON.valueToTree(stored).toString();
    }

    /**
     * The view of these blocks.
     *
     * @throws InvalidViewException where they are not those that were stored
     */
    View view(List<Block> own) {
      try {
        View view =
            new View(
                String.valueOf(topic),
                String.valueOf(topicId),
                Instant.parse(String.valueOf(cutAt)),
                where == null ? List.of() : where,
                own);
        if (!view.fingerprint().equals(fingerprint)) {
          throw new InvalidViewException(
              "the view's blocks are not those of its fingerprint: it was changed after it was"
                  + " cut");
        }
        return view;
      } catch (DateTimeParseException e) {
        throw new InvalidViewException("cut_at is no time in UTC: " + e.getParsedString());
      }
    }
  }

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

  /** The view in one line of JSON. */
  public String toJson() {
    return Stored.json(this, FORMAT, blocks, 0);
  }

  /**
   * Reads what {@link #toJson} wrote.
   *
   * @throws InvalidViewException where the text is something else, or has been changed since
   */
  public static View parse(String json) {
    try {
      Stored stored = JSON.readValue(json, Stored.class);
      if (stored.format != FORMAT || stored.blocks == null) {
        throw new InvalidViewException(
            "no view: expected a JSON object with blocks, and format 1, not " + stored.format);
      }
      return stored.view(List.of(JSON.treeToValue(stored.blocks, Block[].class)));
    } catch (JsonProcessingException e) {
      throw e.getCause() instanceof InvalidViewException invalid
          ? invalid
          : new InvalidViewException("no view: " + e.getOriginalMessage());
    }
  }
}

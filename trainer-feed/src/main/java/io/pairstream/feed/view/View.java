package io.pairstream.feed.view;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.schemas.Sha256;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Which records of a split's topic a run reads: the same ones whenever it is read.
 *
 * <p>As JSON, a block is {@code [partition, begin, bytes, [runs]]}, as {@link Block} tells them;
 * {@code where} stands there where there are conditions:
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
  private static final ObjectMapper JSON = new ObjectMapper();

  public View {
    where = List.copyOf(where);
    blocks = List.copyOf(blocks);
    if (blocks.isEmpty()) {
      throw new InvalidViewException(
          "there is no record in "
              + topic
              + " that a view could hold"
              + (where.isEmpty() ? "" : " where " + String.join(" and ", where)));
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

  /** Of all of a topic's records. */
  public View(String topic, String topicId, Instant cutAt, List<Block> blocks) {
    this(topic, topicId, cutAt, List.of(), blocks);
  }

  /** Number of records. */
  public long samples() {
    return blocks.stream().mapToLong(Block::size).sum();
  }

  /**
   * What tells this view from others: 32 hexadecimal digits, the first half of SHA-256 over the
   * lines {@code pairstream view 1}, topic, topic id, and for each block {@code partition begin
   * runs}, all with one space between numbers and one line feed behind each line, in UTF-8.
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
    ObjectNode root =
        JSON.createObjectNode()
            .put("format", FORMAT)
            .put("topic", topic)
            .put("topic_id", topicId)
            .put("cut_at", cutAt.toString())
            .put("fingerprint", fingerprint())
            .put("samples", samples());
    if (!where.isEmpty()) {
      where.forEach(root.putArray("where")::add);
    }
    ArrayNode array = root.putArray("blocks");
    for (Block block : blocks) {
      ArrayNode runs =
          array.addArray().add(block.partition()).add(block.begin()).add(block.bytes()).addArray();
      block.runs().forEach(runs::add);
    }
    return root.toString();
  }

  /**
   * Reads what {@link #toJson} wrote.
   *
   * @throws InvalidViewException where the text is something else, or has been changed since
   */
  public static View parse(String json) {
    JsonNode root;
    try {
      root = JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new InvalidViewException("no view: " + e.getOriginalMessage());
    }
    if (!root.path("format").isIntegralNumber() || !root.path("blocks").isArray()) {
      throw new InvalidViewException(
          "no view: expected a JSON object with format, topic, topic_id, cut_at, fingerprint and"
              + " blocks");
    }
    if (root.path("format").intValue() != FORMAT) {
      throw new InvalidViewException(
          "a view of format " + root.path("format") + "; this version reads format " + FORMAT);
    }
    List<Block> blocks = new ArrayList<>();
    for (JsonNode block : root.path("blocks")) {
      List<Integer> runs = new ArrayList<>();
      block.path(3).forEach(run -> runs.add(run.intValue()));
      blocks.add(
          new Block(
              block.path(0).asInt(-1), block.path(1).asLong(-1), block.path(2).asLong(-1), runs));
    }
    List<String> where = new ArrayList<>();
    root.path("where").forEach(condition -> where.add(condition.asText()));
    View view =
        new View(
            root.path("topic").asText(),
            root.path("topic_id").asText(),
            cutAt(root.path("cut_at").asText()),
            where,
            blocks);
    if (!view.fingerprint().equals(root.path("fingerprint").asText())) {
      throw new InvalidViewException(
          "the view's blocks are not those of its fingerprint: it was changed after it was cut");
    }
    return view;
  }

  private static Instant cutAt(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw new InvalidViewException("cut_at is no time in UTC: " + text);
    }
  }
}

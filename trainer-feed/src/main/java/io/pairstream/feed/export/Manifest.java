package io.pairstream.feed.export;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What is in an export's folder, as {@code export.json} says it.
 *
 * <pre>{"format":1,"kind":"webdataset","view":"…","topic":"pairs.training","order":"view",
 * "shard_samples":1000,"samples":190,"of_shards":1,"shards":[{"name":"pairs-000000.tar",
 * "samples":189,"withdrawn":1,"bytes":3276800,"sha256":"…","takedowns":"…"}]}</pre>
 */
final class Manifest {

  private static final int FORMAT = 1;
  private static final JsonMapper JSON = new JsonMapper();

  private final ExportPlan plan;
  private final SortedMap<Integer, ShardEntry> shards = new TreeMap<>();

  /** Of a folder that holds nothing yet. */
  Manifest(ExportPlan plan) {
    this.plan = plan;
  }

  /** The finished shards, by number. */
  SortedMap<Integer, ShardEntry> shards() {
    return shards;
  }

  String toJson() {
    ObjectNode root = identity(plan);
    ArrayNode list = root.putArray("shards");
    for (ShardEntry shard : shards.values()) {
      list.addObject()
          .put("name", shard.name())
          .put("samples", shard.samples())
          .put("withdrawn", shard.withdrawn())
          .put("bytes", shard.bytes())
          .put("sha256", shard.sha256())
          .put("takedowns", shard.takedowns());
    }
    return root.toPrettyString() + "\n";
  }

  /**
   * Reads what {@link #toJson} wrote.
   *
   * @throws ExportRefusedException where the text is something else, or the manifest of another
   *     export than the plan's
   */
  static Manifest parse(String json, ExportPlan plan) {
    JsonNode root;
    try {
      root = JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new ExportRefusedException("is no manifest of an export: " + e.getOriginalMessage());
    }
    for (Map.Entry<String, JsonNode> wanted : identity(plan).properties()) {
      String found = root.path(wanted.getKey()).asText("");
      if (!found.equals(wanted.getValue().asText())) {
        throw new ExportRefusedException(
            "is the manifest of another export: its %s is '%s', this one's '%s'; export into another folder"
                .formatted(wanted.getKey(), found, wanted.getValue().asText()));
      }
    }
    Manifest manifest = new Manifest(plan);
    // Shards are finished in their order.
    int number = 0;
    for (JsonNode shard : root.path("shards")) {
      manifest.shards.put(
          number,
          new ShardEntry(
              plan.format().fileName(number),
              shard.path("samples").asLong(-1),
              shard.path("withdrawn").asLong(-1),
              shard.path("bytes").asLong(-1),
              shard.path("sha256").asText(),
              shard.path("takedowns").asText()));
      number++;
    }
    return manifest;
  }

  /** What makes one export another. */
  private static ObjectNode identity(ExportPlan plan) {
    return JSON.createObjectNode()
        .put("format", FORMAT)
        .put("kind", plan.format().label())
        .put("view", plan.view().fingerprint())
        .put("topic", plan.view().topic())
        .put(
            "order",
            plan.order().isShuffled()
                ? "spread, seed " + plan.order().seed() + ", window " + plan.order().window()
                : "view")
        .put("shard_samples", plan.shardSamples())
        .put("samples", plan.view().samples())
        .put("of_shards", plan.shards());
  }
}

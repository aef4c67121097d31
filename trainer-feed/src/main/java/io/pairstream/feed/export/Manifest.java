package io.pairstream.feed.export;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.pairstream.feed.source.FeedRefusedException;
import java.util.ArrayList;
import java.util.List;

/**
 * Contents of an export's folder: the file {@code export.json}.
 *
 * <pre>{"format":1,"kind":"webdataset","view":"…","topic":"pairs.training","order":"view",
 * "shard_samples":1000,"samples":190,"of_shards":1,"shards":[{"name":"pairs-000000.tar",
 * "samples":189,"withdrawn":1,"bytes":3276800,"sha256":"…","takedowns":"…"}]}</pre>
 *
 * @param shards finished shards, by number; grows
 */
record Manifest(
    int format,
    String kind,
    String view,
    String topic,
    String order,
    int shardSamples,
    long samples,
    int ofShards,
    List<Shard> shards) {

  /**
   * A finished shard.
   *
   * @param samples pairs in it
   * @param withdrawn places of the view without a pair
   * @param bytes size of the file
   * @param sha256 the file's digest, lower-case hex
   * @param takedowns takedowns that were applied when the shard was begun
   */
  record Shard(
      String name, long samples, long withdrawn, long bytes, String sha256, String takedowns) {}

  private static final int FORMAT = 1;

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  /** Manifest of an empty folder. */
  static Manifest of(ExportPlan plan) {
    String order =
        plan.order().isShuffled()
            ? "spread, seed " + plan.order().seed() + ", window " + plan.order().window()
            : "view";
    return new Manifest(
        FORMAT,
        plan.format().label(),
        plan.view().fingerprint(),
        plan.view().topic(),
        order,
        plan.shardSamples(),
        plan.view().samples(),
        plan.shards(),
        new ArrayList<>());
  }

  /** Notes a shard that is finished; shards are finished in their order. */
  void put(int number, Shard shard) {
    if (number < shards.size()) {
      shards.set(number, shard);
    } else {
      shards.add(shard);
    }
  }

  String toJson() {
    return JSON.valueToTree(this).toPrettyString() + "\n";
  }

  /**
   * Reads what {@link #toJson} wrote.
   *
   * @throws FeedRefusedException where the text is something else, or the manifest of another
   *     export than the plan's
   */
  static Manifest parse(String json, ExportPlan plan) {
    try {
      JsonNode root = JSON.readTree(json);
      for (var wanted : JSON.valueToTree(of(plan)).properties()) {
        String found = root.path(wanted.getKey()).asText("");
        if (wanted.getValue().isValueNode() && !found.equals(wanted.getValue().asText())) {
          throw new FeedRefusedException(
              "is the manifest of another export: its %s is '%s', this one's '%s'; export into another folder"
                  .formatted(wanted.getKey(), found, wanted.getValue().asText()));
        }
      }
      return JSON.treeToValue(root, Manifest.class);
    } catch (JsonProcessingException e) {
      throw new FeedRefusedException("is no manifest of an export: " + e.getOriginalMessage());
    }
  }
}

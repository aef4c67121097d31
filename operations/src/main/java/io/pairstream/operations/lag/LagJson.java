package io.pairstream.operations.lag;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.service.http.Json;
import java.time.Instant;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;

/** Lag as the operators' service and the command tell it. What is not known is null. */
public final class LagJson {

  private LagJson() {}

  /**
   * The answer to {@code GET /v1/lag}.
   *
   * @param withPartitions whether each group's partitions follow, or an empty list
   */
  public static ObjectNode report(LagReport report, boolean withPartitions) {
    ObjectNode json = Json.MAPPER.createObjectNode();
    json.put("at", report.ready() ? time(report.at()) : null);
    json.put("ready", report.ready());
    json.put("interval_seconds", report.interval().toMillis() / 1e3);
    json.put("trouble", report.trouble().orElse(null));
    ArrayNode groups = json.putArray("groups");
    for (GroupLag group : report.groups()) {
      ObjectNode one = group(group, withPartitions);
      if (!withPartitions) {
        one.putArray("partitions");
      }
      groups.add(one);
    }
    return json;
  }

  /**
   * A group.
   *
   * @param withPartitions whether its partitions follow
   */
  public static ObjectNode group(GroupLag group, boolean withPartitions) {
    ObjectNode json = Json.MAPPER.createObjectNode();
    json.put("group", group.group());
    json.put("type", group.type().words());
    json.put("state", group.state());
    json.put("members", group.members());
    json.put("decides", group.decides());
    json.put("verdict", group.verdict().name());
    group.sentence().put(json, "sentence");
    json.put("since", time(group.since()));
    put(json, "lag", group.lag());
    put(json, "bytes", group.bytes());
    put(json, "seconds", group.seconds());
    put(json, "arrival_per_second", group.arrivalPerSecond());
    put(json, "processing_per_second", group.processingPerSecond());
    json.set("catch_up", catchUp(group.catchUp()));
    put(json, "retention_seconds", group.retentionSeconds());
    json.put("lost", group.lost());
    if (group.worstPartition().isPresent()) {
      TopicPartition worst = group.worstPartition().get();
      json.putObject("worst_partition")
          .put("topic", worst.topic())
          .put("partition", worst.partition());
    } else {
      json.putNull("worst_partition");
    }
    if (withPartitions) {
      ArrayNode partitions = json.putArray("partitions");
      group.partitions().forEach(partition -> partitions.add(partition(partition)));
    }
    return json;
  }

  /** A group's partition. */
  public static ObjectNode partition(PartitionLag partition) {
    ObjectNode json = Json.MAPPER.createObjectNode();
    json.put("topic", partition.topic());
    json.put("partition", partition.partition());
    put(json, "committed", partition.committed());
    json.put("log_start", partition.logStart());
    json.put("end", partition.end());
    json.put("held", partition.held());
    json.put("hanging_seconds", Math.round(partition.hangingSeconds() * 1e3) / 1e3);
    put(json, "lag", partition.lag());
    put(json, "bytes", partition.bytes());
    put(json, "seconds", partition.seconds());
    json.put("verdict", partition.verdict().name());
    partition.sentence().put(json, "sentence");
    json.put("since", time(partition.since()));
    put(json, "arrival_per_second", partition.arrivalPerSecond());
    put(json, "processing_per_second", partition.processingPerSecond());
    json.set("catch_up", catchUp(partition.catchUp()));
    put(json, "retention_seconds", partition.retentionSeconds());
    json.put("lost", partition.lost());
    json.put("member", partition.member().map(GroupMember::clientId).orElse(""));
    if (partition.head().isPresent()) {
      json.set("head", head(partition.head().get()));
    } else {
      json.putNull("head");
    }
    return json;
  }

  private static ObjectNode head(HeadRecord head) {
    ObjectNode json = Json.MAPPER.createObjectNode();
    json.put("offset", head.offset());
    json.put("bytes", head.bytes());
    json.put("at", time(head.at()));
    json.put("key", head.key());
    json.put("media_type", head.mediaType());
    put(json, "width", head.width());
    put(json, "height", head.height());
    json.put("caption", head.caption());
    json.put("picture", head.picture().orElse(null));
    head.sentence().put(json, "sentence");
    return json;
  }

  private static ObjectNode catchUp(CatchUp catchUp) {
    ObjectNode json = Json.MAPPER.createObjectNode();
    put(json, "seconds", catchUp.seconds());
    put(json, "from", catchUp.from());
    put(json, "to", catchUp.to());
    catchUp.sentence().put(json, "sentence");
    return json;
  }

  /** Puts a number, or null where it is not known. */
  public static void put(ObjectNode json, String name, OptionalLong value) {
    if (value.isPresent()) {
      json.put(name, value.getAsLong());
    } else {
      json.putNull(name);
    }
  }

  /** Puts a number rounded to thousandths, or null where it is not known. */
  public static void put(ObjectNode json, String name, OptionalDouble value) {
    if (value.isPresent() && Double.isFinite(value.getAsDouble())) {
      json.put(name, Math.round(value.getAsDouble() * 1e3) / 1e3);
    } else {
      json.putNull(name);
    }
  }

  private static void put(ObjectNode json, String name, OptionalInt value) {
    if (value.isPresent()) {
      json.put(name, value.getAsInt());
    } else {
      json.putNull(name);
    }
  }

  /**
   * The verdict on a group or a partition in this form; UNKNOWN for a word of another version, and
   * where there is none.
   */
  public static Verdict verdict(JsonNode json) {
    try {
      return Verdict.valueOf(json.path("verdict").asText());
    } catch (IllegalArgumentException e) {
      return Verdict.UNKNOWN;
    }
  }

  /** A time in UTC with milliseconds. */
  public static String time(Instant instant) {
    return Json.time(instant);
  }
}

package io.pairstream.ingest.pairs;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.service.http.Json;

/**
 * What Kafka has acknowledged, on all in-sync replicas, with the note under which it can be asked
 * after.
 *
 * @param id pair id, or link id
 * @param isPair whether it is a pair; else a link whose image is still to be fetched
 * @param imageDigest lower-case hex SHA-256 of the image; empty for a link
 * @param topic full name of the topic
 * @param partition partition of that topic, from 0
 * @param offset offset in that partition, from 0
 */
public record Taken(
    String id, boolean isPair, String imageDigest, String topic, int partition, long offset) {

  /** The status code of the answer: created, or accepted for later. */
  public int status() {
    return isPair ? 201 : 202;
  }

  /** Where to ask after it. */
  public String statusUrl() {
    return "/v1/pairs/" + id;
  }

  /** The object that a producer gets. */
  public ObjectNode json() {
    ObjectNode json = Json.MAPPER.createObjectNode();
    json.put("id", id);
    json.put("kind", isPair ? "PAIR" : "LINK");
    if (isPair) {
      json.put("pair_id", id);
      json.put("image_digest", imageDigest);
    }
    json.put("topic", topic);
    json.put("partition", partition);
    json.put("offset", offset);
    json.put("status_url", statusUrl());
    return json;
  }
}

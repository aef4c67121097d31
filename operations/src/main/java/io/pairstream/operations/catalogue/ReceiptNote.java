package io.pairstream.operations.catalogue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.Receipt;
import io.pairstream.service.http.Json;
import java.time.Instant;

/**
 * A pair's receipt, as far as its rows do not say the same.
 *
 * @param standing TRAINING, VALIDATION, TEST, QUARANTINED or WITHDRAWN
 * @param copies how many times the pair was received, the first included
 * @param reviewId the review that sent the deciding record again; empty where none did
 * @param origin coordinates of the raw record that decided
 */
public record ReceiptNote(
    String standing,
    String reason,
    String detail,
    String imageDigest,
    long copies,
    String reviewId,
    Origin origin,
    Instant receivedAt,
    Instant decidedAt) {

  private static final int LONGEST_DETAIL = 2_000;

  static ReceiptNote of(Receipt receipt) {
    return new ReceiptNote(
        receipt.getStanding(),
        receipt.getReason(),
        PairRow.cut(receipt.getDetail(), LONGEST_DETAIL),
        receipt.getImageDigest(),
        receipt.getCopies(),
        receipt.getReviewId(),
        receipt.getOrigin(),
        receipt.getReceivedAt(),
        receipt.getDecidedAt());
  }

  ObjectNode json() {
    ObjectNode json = Json.MAPPER.createObjectNode();
    PairRow.put(json, "s", standing);
    PairRow.put(json, "r", reason);
    PairRow.put(json, "d", detail);
    PairRow.put(json, "m", imageDigest);
    json.put("c", copies);
    PairRow.put(json, "v", reviewId);
    PairRow.put(json, "t", origin.getTopic());
    json.put("p", origin.getPartition());
    json.put("o", origin.getOffset());
    json.put("a", receivedAt.toEpochMilli());
    json.put("b", decidedAt.toEpochMilli());
    return json;
  }

  static ReceiptNote of(JsonNode json) {
    return new ReceiptNote(
        json.path("s").asText(""),
        json.path("r").asText(""),
        json.path("d").asText(""),
        json.path("m").asText(""),
        json.path("c").asLong(1),
        json.path("v").asText(""),
        new Origin(json.path("t").asText(""), json.path("p").asInt(), json.path("o").asLong()),
        Instant.ofEpochMilli(json.path("a").asLong()),
        Instant.ofEpochMilli(json.path("b").asLong()));
  }
}

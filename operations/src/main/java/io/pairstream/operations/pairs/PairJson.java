package io.pairstream.operations.pairs;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.operations.catalogue.FoundPair;
import io.pairstream.operations.catalogue.PairRow;
import io.pairstream.operations.catalogue.Place;
import io.pairstream.operations.catalogue.ReceiptNote;
import io.pairstream.schemas.Origin;
import io.pairstream.service.http.Json;
import java.time.Instant;

/** Pairs as the page gets them. */
final class PairJson {

  private PairJson() {}

  /** A pair as a list shows it. */
  static ObjectNode summary(FoundPair pair) {
    PairRow row = pair.row();
    ObjectNode json = Json.MAPPER.createObjectNode();
    json.put("id", pair.id());
    json.put("standing", row.standing());
    json.put("reason", row.reason());
    json.put("detail", row.detail());
    json.put("measured", row.measured());
    json.put("limit", row.limit());
    json.put("caption", row.caption());
    json.put("language", row.language());
    json.put("source_kind", row.sourceKind());
    json.put("contributor", row.contributor());
    json.put("url", row.url());
    json.put("licence", row.licence());
    json.set("origin", origin(row.origin()));
    putTime(json, "received_at", row.receivedAt());
    putTime(json, "decided_at", row.place().at());
    json.put("picture", row.hasPicture() ? address(row.place()) : null);
    json.put("blurred", row.isQuarantined());
    return json;
  }

  /** A pair of which only the receipt is left, or came yet. */
  static ObjectNode summary(String id, String standing, ReceiptNote receipt) {
    ObjectNode json = Json.MAPPER.createObjectNode();
    json.put("id", id);
    json.put("standing", standing);
    json.put("reason", receipt.reason());
    json.put("detail", receipt.detail());
    for (String unknown :
        new String[] {
          "measured", "limit", "caption", "language", "source_kind", "contributor", "url", "licence"
        }) {
      json.put(unknown, "");
    }
    json.set("origin", origin(receipt.origin()));
    putTime(json, "received_at", receipt.receivedAt());
    putTime(json, "decided_at", receipt.decidedAt());
    json.putNull("picture");
    json.put("blurred", false);
    return json;
  }

  static ObjectNode origin(Origin origin) {
    return Json.MAPPER
        .createObjectNode()
        .put("topic", origin.getTopic())
        .put("partition", origin.getPartition())
        .put("offset", origin.getOffset());
  }

  /** Where the picture of a record is. */
  static String address(Place place) {
    return address(place.topic(), place.partition(), place.offset());
  }

  static String address(String topic, int partition, long offset) {
    return "/v1/pictures/" + topic + "/" + partition + "/" + offset;
  }

  /** A time of Kafka's, which has 0 where nobody knows. */
  static void putTime(ObjectNode json, String name, Instant time) {
    json.put(name, time.toEpochMilli() == 0 ? null : Json.time(time));
  }
}

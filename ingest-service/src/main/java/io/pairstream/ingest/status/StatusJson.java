package io.pairstream.ingest.status;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.schemas.Origin;

/**
 * A status as clients read it. Strings are always there, empty where there is nothing to say;
 * {@code copy_of} and {@code decided_at} are there only where they have a value.
 */
public final class StatusJson {

  private StatusJson() {}

  public static ObjectNode of(StatusReport status) {
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
            .put("id", status.id())
            .put("kind", status.kind())
            .put("pair_id", status.pairId())
            .put("image_digest", status.imageDigest())
            .put("standing", status.stand().name())
            .put("final", status.stand().isFinal())
            .put("reason", status.reason())
            .put("says", status.says())
            .put("measured", status.measured())
            .put("limit", status.limit())
            .put("remedy", status.remedy())
            .put("copies", status.copies());
    json.set("origin", coordinates(status.origin()));
    status
        .copyOf()
        .ifPresent(first -> json.set("copy_of", coordinates(first).put("id", status.pairId())));
    json.put("received_at", status.receivedAt().toString());
    json.put("changed_at", status.changedAt().toString());
    status.decidedAt().ifPresent(at -> json.put("decided_at", at.toString()));
    return json;
  }

  private static ObjectNode coordinates(Origin origin) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("topic", origin.getTopic())
        .put("partition", origin.getPartition())
        .put("offset", origin.getOffset());
  }
}

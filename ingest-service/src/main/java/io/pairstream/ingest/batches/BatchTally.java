package io.pairstream.ingest.batches;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.service.http.Json;
import java.time.Instant;
import java.util.Map;

/**
 * A batch in numbers.
 *
 * <p>{@code taken} and {@code refused} add up to {@code inputs}, and so do the standings to {@code
 * taken}.
 *
 * @param batchId 32 lower-case hex digits
 * @param state how its body came in
 * @param isDone whether its body has ended and every pair of it is decided
 * @param inputs inputs of which it is known what became
 * @param taken those that Kafka has
 * @param refused those that were not taken
 * @param byStanding pairs and links by where they stand
 * @param byReason those that were turned away, could not be fetched, or wait, by reason
 * @param byProblem refused inputs by type of problem
 * @param receivedAt when it began
 * @param changedAt when its log was last written, or a pair of it decided
 */
record BatchTally(
    String batchId,
    BatchState state,
    boolean isDone,
    long inputs,
    long taken,
    long refused,
    Map<String, Long> byStanding,
    Map<String, Long> byReason,
    Map<String, Long> byProblem,
    Instant receivedAt,
    Instant changedAt) {

  ObjectNode json() {
    ObjectNode json =
        Json.MAPPER
            .createObjectNode()
            .put("batch_id", batchId)
            .put("state", state.name())
            .put("done", isDone)
            .put("inputs", inputs)
            .put("taken", taken)
            .put("refused", refused);
    json.set("by_standing", Json.MAPPER.valueToTree(byStanding));
    json.set("by_reason", Json.MAPPER.valueToTree(byReason));
    json.set("by_problem", Json.MAPPER.valueToTree(byProblem));
    json.put("received_at", receivedAt.toString());
    json.put("changed_at", changedAt.toString());
    String self = "/v1/batches/" + batchId;
    return json.put("status_url", self)
        .put("failed_url", self + "/failed")
        .put("events_url", self + "/events");
  }
}

package io.pairstream.operations.canary;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.operations.sentence.Sentence;
import io.pairstream.operations.sentence.Template;
import io.pairstream.service.http.Json;
import java.time.Duration;
import java.util.Optional;

/**
 * What is known of the canary.
 *
 * @param enabled whether any is sent
 * @param state what the last one tells
 * @param last how long the last one took that came out
 * @param budget within which it must come out
 * @param sentence all that for a person, on one line
 * @param sent how many were sent since the start
 * @param returned how many of those came out
 */
public record CanaryReport(
    boolean enabled,
    CanaryState state,
    Optional<Duration> last,
    Duration budget,
    Sentence sentence,
    long sent,
    long returned) {

  /** None is sent. */
  public static CanaryReport off() {
    return new CanaryReport(
        false,
        CanaryState.UNKNOWN,
        Optional.empty(),
        CanarySettings.DEFAULT_BUDGET,
        Template.NO_CANARY.with(),
        0,
        0);
  }

  /** As {@code GET /v1/overview} tells it. */
  public ObjectNode json() {
    ObjectNode json = Json.MAPPER.createObjectNode();
    json.put("enabled", enabled);
    json.put("state", state.name());
    json.put("last_ms", last.map(Duration::toMillis).orElse(null));
    json.put("budget_ms", budget.toMillis());
    sentence.put(json, "sentence");
    return json;
  }
}

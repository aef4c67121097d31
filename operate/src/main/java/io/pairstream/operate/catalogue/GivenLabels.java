package io.pairstream.operate.catalogue;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.pairstream.curation.actions.AuditEvent;
import io.pairstream.curation.sentence.AnswerJson;
import io.pairstream.curation.sentence.Template;
import io.pairstream.schemas.Action;
import io.pairstream.schemas.LabelRule;
import io.pairstream.service.http.Json;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Labels that a person gives to a published pair. An action of the audit trail keeps them; of
 * several answers of one person the last holds.
 *
 * @param by the owner of the key
 * @param labels in alphabetical order; none where the person takes back what was said
 */
public record GivenLabels(String by, List<String> labels, Instant at) {

  /** Name of the action. */
  public static final String EVENT = "pair.label";

  private static final String LABELS = "labels";

  /**
   * The action.
   *
   * @param labels cleaned and without fault, as {@link LabelRule} says
   */
  public static AuditEvent event(String pairId, List<String> labels) {
    return new AuditEvent(
        EVENT,
        pairId,
        AuditEvent.Outcome.DONE,
        labels.isEmpty()
            ? Template.LABELS_TAKEN_BACK.with()
            : Template.LABELLED.with(String.join(" " + LabelRule.SEPARATOR + " ", labels)),
        Map.of(LABELS, AnswerJson.text(labels)));
  }

  /** Empty for an action of another kind, one that was refused, and one that cannot be read. */
  static Optional<GivenLabels> of(Action action) {
    if (!action.getName().equals(EVENT)
        || !action.getOutcome().equals(AuditEvent.Outcome.DONE.name())) {
      return Optional.empty();
    }
    String text = action.getFacts().getOrDefault(LABELS, "");
    try {
      String[] labels = Json.MAPPER.readValue(text, String[].class);
      if (labels == null || Arrays.asList(labels).contains(null)) {
        return Optional.empty();
      }
      List<String> sorted =
          LabelRule.cleaned(List.of(labels)).stream().sorted().limit(LabelRule.MAX_LABELS).toList();
      return Optional.of(new GivenLabels(action.getActor(), sorted, action.getDoneAt()));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }
}

package io.pairstream.curation.actions;

import io.pairstream.curation.sentence.Sentence;
import io.pairstream.schemas.Action;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;

/**
 * An action of a person or a program, done or attempted.
 *
 * @param name what: {@code login}, {@code quarantine.review}
 * @param subject to what: a pair id, a consumer group; may be empty
 * @param outcome how it ended
 * @param detail in a sentence
 * @param facts what is needed to understand it later
 */
public record AuditEvent(
    String name, String subject, Outcome outcome, Sentence detail, Map<String, String> facts) {

  /** How the action ended. */
  public enum Outcome {
    /** The action is done. */
    DONE,
    /** The action is in Kafka, and not carried out yet. */
    BEGUN,
    /** The actor may not do it, or it makes no sense. */
    REFUSED,
    /** The actor may do it, but it did not work. */
    FAILED
  }

  /** Record of this event, under a new id. */
  public Action by(Actor actor, Instant now) {
    return by(actor, now, UUID.randomUUID().toString());
  }

  /**
   * Record of this event under a given id, with which a later record of the same action takes its
   * place.
   */
  public Action by(Actor actor, Instant now, String actionId) {
    return Action.newBuilder()
        .setActionId(actionId)
        .setName(name)
        .setSubject(subject)
        .setActor(actor.name())
        .setKeyId(actor.keyId())
        .setDetail(detail.text())
        .setTemplate(detail.name())
        .setArguments(detail.words())
        .setOutcome(outcome.name())
        .setFacts(facts)
        .setDoneAt(now)
        .build();
  }
}

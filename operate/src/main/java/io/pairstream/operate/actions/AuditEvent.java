package io.pairstream.operate.actions;

import io.pairstream.operate.sentence.Sentence;
import io.pairstream.schemas.Action;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;

/**
 * Something that somebody did, or tried to do.
 *
 * @param name what: {@code login}, {@code quarantine.review}
 * @param subject to what: a pair id, a consumer group; may be empty
 * @param outcome how it ended
 * @param detail in a sentence
 * @param facts what is needed to understand it later
 */
public record AuditEvent(
    String name, String subject, Outcome outcome, Sentence detail, Map<String, String> facts) {

  /** How it ended. */
  public enum Outcome {
    /** It is done. */
    DONE,
    /** It is in Kafka, and not carried out yet. */
    BEGUN,
    /** They may not, or it makes no sense. */
    REFUSED,
    /** They may, but it did not work. */
    FAILED
  }

  public AuditEvent {
    facts = Map.copyOf(facts);
  }

  /** The record of it, under an id of its own. */
  public Action by(Actor actor, Instant now) {
    return by(actor, now, UUID.randomUUID().toString());
  }

  /** The same under an id that a later record may take over, to say how it went on. */
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

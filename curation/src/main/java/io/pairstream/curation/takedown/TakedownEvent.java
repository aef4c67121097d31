package io.pairstream.curation.takedown;

import io.pairstream.curation.actions.AuditEvent;
import io.pairstream.schemas.Action;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * A takedown, or the lifting of one, by the audit trail.
 *
 * @param what {@link #WITHDRAWN} or {@link #LIFTED}
 * @param subject the takedown's key
 * @param by who did it and, in free text, for whom
 * @param cause in the requester's words; empty where it was lifted
 */
public record TakedownEvent(String what, String subject, String by, String cause, Instant at) {

  public static final String WITHDRAWN = "WITHDRAWN";
  public static final String LIFTED = "LIFTED";

  static final String TAKEDOWN = "takedown";
  static final String LIFT = "takedown.lift";

  private static final Set<String> IN_KAFKA =
      Set.of(AuditEvent.Outcome.DONE.name(), AuditEvent.Outcome.BEGUN.name());

  /** Empty for an action of another kind, and for one that was refused or failed. */
  public static Optional<TakedownEvent> of(Action action) {
    boolean isLift = action.getName().equals(LIFT);
    if ((!isLift && !action.getName().equals(TAKEDOWN))
        || !IN_KAFKA.contains(action.getOutcome())) {
      return Optional.empty();
    }
    return Optional.of(
        new TakedownEvent(
            isLift ? LIFTED : WITHDRAWN,
            action.getSubject(),
            action.getFacts().getOrDefault("requested_by", action.getActor()),
            action.getFacts().getOrDefault("cause", ""),
            action.getDoneAt()));
  }
}

package io.pairstream.cli.cluster;

import io.pairstream.cli.command.ClusterCommand;
import io.pairstream.curation.actions.ActionLog;
import io.pairstream.curation.actions.Actor;
import io.pairstream.curation.actions.AuditEvent;
import io.pairstream.curation.sentence.Sentence;
import io.pairstream.service.keys.KeyIssuer;
import java.time.Clock;
import java.util.Map;

/** A command that works on keys. */
abstract class OnKeys extends ClusterCommand {

  abstract int run(KeyIssuer issuer);

  @Override
  public final Integer call() {
    try (KeyIssuer issuer =
        KeyIssuer.open(
            access().topics().apiKeys(), cluster().clientSettings(Map.of()), Clock.systemUTC())) {
      return run(issuer);
    }
  }

  /** Notes on the audit trail what was done to a key; what cannot be noted is said. */
  final void note(String event, String keyId, Sentence detail) {
    try {
      ActionLog.writeNow(
          access(),
          new AuditEvent(event, keyId, AuditEvent.Outcome.DONE, detail, Map.of()),
          Actor.atTheCommandLine(),
          Clock.systemUTC());
    } catch (RuntimeException e) {
      complain("the audit trail misses this: " + e.getMessage());
    }
  }
}

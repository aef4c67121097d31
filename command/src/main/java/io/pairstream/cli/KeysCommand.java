package io.pairstream.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.pairstream.operations.actions.ActionLog;
import io.pairstream.operations.actions.Actor;
import io.pairstream.operations.actions.AuditEvent;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.sentence.Sentence;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.wire.AvroSerdes;
import io.pairstream.service.Cluster;
import io.pairstream.service.http.Scope;
import io.pairstream.service.keys.IssuedKey;
import io.pairstream.service.keys.KeyIssuer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;

/** {@code pairstream keys}: who may use the upload API and the operators' service. */
@Command(
    name = "keys",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      KeysCreateCommand.class,
      KeysLsCommand.class,
      KeysRevokeCommand.class,
      KeysRotateCommand.class
    })
final class KeysCommand {

  private KeysCommand() {}

  /**
   * A key as JSON.
   *
   * @param key its text, where it is new
   * @param expiresAt null for never
   * @param revokedAt null for never
   * @param replaces the key whose place it takes, where there is one
   */
  record Key(
      @JsonInclude(JsonInclude.Include.NON_NULL) String key,
      String keyId,
      String producer,
      IssuedKey.State state,
      List<String> scopes,
      double recordsPerSecond,
      double bytesPerSecond,
      Instant createdAt,
      Instant expiresAt,
      Instant revokedAt,
      @JsonInclude(JsonInclude.Include.NON_NULL) Key replaces) {

    static Key of(IssuedKey key) {
      return of(null, key, Instant.now(), null);
    }

    static Key of(KeyIssuer.Created created, Key replaces) {
      return of(created.text().reveal(), created.key(), created.key().createdAt(), replaces);
    }

    private static Key of(String text, IssuedKey key, Instant now, Key replaces) {
      return new Key(
          text,
          key.keyId(),
          key.producer(),
          key.stateAt(now),
          KeysCommand.scopes(key),
          key.quota().recordsPerSecond(),
          key.quota().bytesPerSecond(),
          key.createdAt(),
          time(key.expiresAt()),
          time(key.revokedAt()),
          replaces);
    }

    private static Instant time(Instant time) {
      return time.equals(Instant.MAX) ? null : time;
    }
  }

  /** There is no such key. */
  private record Unknown(String keyId, String state) {}

  static List<String> scopes(IssuedKey key) {
    return key.scopes().stream().sorted().map(Scope::label).toList();
  }

  static Instant expiry(Duration expiresIn) {
    return expiresIn == null
        ? Instant.MAX
        : Instant.ofEpochMilli(Instant.now().plus(expiresIn).toEpochMilli());
  }

  /** What the subcommands share. */
  abstract static class OnKeys extends ClusterCommand {

    abstract int run(KeyIssuer issuer);

    @Override
    public final Integer call() {
      Cluster cluster = cluster();
      try (KeyIssuer issuer =
          KeyIssuer.open(
              PairTopics.of(cluster.dataset(), new AvroSerdes(cluster.registry())).apiKeys(),
              cluster.registry(),
              cluster.clientSettings(Map.of()),
              Clock.systemUTC())) {
        return run(issuer);
      }
    }

    /** Notes on the audit trail what was done to a key; what cannot be noted is said. */
    final void note(String event, String keyId, Sentence detail) {
      try {
        ActionLog.writeNow(
            new ClusterAccess(cluster()),
            new AuditEvent(event, keyId, AuditEvent.Outcome.DONE, detail.text(), Map.of()),
            Actor.atTheCommandLine(),
            Clock.systemUTC());
      } catch (RuntimeException e) {
        complain("the audit trail misses this: " + e.getMessage());
      }
    }

    /** The key alone on stdout, so that it can go into a file. */
    final void show(KeyIssuer.Created created) {
      out().println(created.text().reveal());
      say(
          "key %s of %s; keep it now, nobody can show it again",
          created.key().keyId(), created.key().producer());
    }

    /** The id, also where somebody gave the whole key. */
    final String checkedId(String given) {
      // Not repeated: whoever reads the screen or the log must not learn it a second time.
      require(
          !given.startsWith("psk_"),
          "KEY_ID is the 16 hex digits after psk_, not the whole key; what stands in a command line"
              + " others can see, so revoke that key");
      return given;
    }

    final int notFound(String keyId) {
      answer(
          new Unknown(keyId, "UNKNOWN"),
          () ->
              complain(
                  "there is no key "
                      + keyId
                      + "; its id has 16 hex digits, see: "
                      + options().hint("keys ls")));
      return ExitStatus.FOUND_WRONG;
    }
  }
}

package io.pairstream.cli.cluster;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.pairstream.cli.command.ClusterCommand;
import io.pairstream.cli.command.ExitStatus;
import io.pairstream.curation.actions.ActionLog;
import io.pairstream.curation.actions.Actor;
import io.pairstream.curation.actions.AuditEvent;
import io.pairstream.curation.sentence.Sentence;
import io.pairstream.curation.sentence.Template;
import io.pairstream.schemas.Hint;
import io.pairstream.service.http.Scope;
import io.pairstream.service.keys.IssuedKey;
import io.pairstream.service.keys.KeyIssuer;
import io.pairstream.service.keys.NewKey;
import io.pairstream.service.keys.Rates;
import io.pairstream.terminal.Table;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pairstream keys}: who may use the upload API and the operators' service. */
@Command(
    name = "keys",
    subcommands = {KeysCommand.Create.class, KeysCommand.Ls.class, KeysCommand.Revoke.class})
public final class KeysCommand {

  /**
   * A key as JSON.
   *
   * @param key its text, where it is new
   * @param expiresAt null for never
   * @param revokedAt null for never
   */
  private record KeyAnswer(
      @JsonInclude(JsonInclude.Include.NON_NULL) String key,
      String keyId,
      String producer,
      IssuedKey.State state,
      List<String> scopes,
      @JsonUnwrapped Rates quota,
      Instant createdAt,
      Instant expiresAt,
      Instant revokedAt) {

    static KeyAnswer of(IssuedKey key, String text) {
      return new KeyAnswer(
          text,
          key.keyId(),
          key.producer(),
          key.stateAt(Instant.now()),
          scopes(key),
          key.quota(),
          key.createdAt(),
          time(key.expiresAt()),
          time(key.revokedAt()));
    }

    static List<String> scopes(IssuedKey key) {
      return key.scopes().stream().sorted().map(Scope::label).toList();
    }

    private static Instant time(Instant time) {
      return time.equals(Instant.MAX) ? null : time;
    }
  }

  /** A command that works on keys. */
  private abstract static class OnKeys extends ClusterCommand {

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

  /** {@code pairstream keys create}: a new key; its text alone on stdout, once, for a file. */
  @Command(name = "create")
  static final class Create extends OnKeys {

    @Option(names = "--producer", required = true, paramLabel = "NAME")
    private String producer;

    @Option(names = "--scope", split = ",", paramLabel = "SCOPE", defaultValue = "publish,read")
    private Set<Scope> scopes;

    @Option(names = "--expires-in", paramLabel = "TIME")
    private Duration expiresIn;

    @Option(names = "--records-per-second", paramLabel = "N", defaultValue = "0")
    private double recordsPerSecond;

    @Option(names = "--bytes-per-second", paramLabel = "N", defaultValue = "0")
    private double bytesPerSecond;

    @Override
    int run(KeyIssuer issuer) {
      Instant expiry =
          expiresIn == null
              ? Instant.MAX
              : Instant.now().plus(expiresIn).truncatedTo(ChronoUnit.MILLIS);
      KeyIssuer.Created created =
          checked(
              () -> {
                Rates rates = new Rates(recordsPerSecond, bytesPerSecond);
                return issuer.create(new NewKey(producer, scopes, rates, expiry));
              });
      IssuedKey key = created.key();
      String text = created.text().reveal();
      note(
          "keys.create",
          key.keyId(),
          Template.KEY_FOR.with(producer, String.join(",", KeyAnswer.scopes(key))));
      return answer(
          KeyAnswer.of(key, text),
          () -> {
            out().println(text);
            say("key %s of %s; keep it now, it cannot be shown again", key.keyId(), key.producer());
          });
    }
  }

  /** {@code pairstream keys ls}: all keys, without their secrets. */
  @Command(name = "ls")
  static final class Ls extends OnKeys {

    @Override
    int run(KeyIssuer issuer) {
      Table table = new Table().row("KEY ID", "STATE", "SCOPES", "CREATED", "EXPIRES", "PRODUCER");
      List<IssuedKey> keys = issuer.all();
      keys.forEach(key -> answer(KeyAnswer.of(key, null), () -> add(key, table)));
      if (!json() && keys.isEmpty()) {
        print("there are no keys; make one with: %s", Hint.of("keys create --producer NAME"));
      } else if (!json()) {
        print(table);
      }
      return ExitStatus.DONE;
    }

    private static void add(IssuedKey key, Table table) {
      table.row(
          key.keyId(),
          key.stateAt(Instant.now()),
          String.join(",", KeyAnswer.scopes(key)),
          key.createdAt().truncatedTo(ChronoUnit.SECONDS),
          key.expiresAt().equals(Instant.MAX)
              ? "never"
              : key.expiresAt().truncatedTo(ChronoUnit.SECONDS),
          key.producer(),
          rate(key.quota().recordsPerSecond(), " records/s  ")
              + rate(key.quota().bytesPerSecond(), " bytes/s"));
    }

    private static String rate(double rate, String unit) {
      return rate == 0 ? "" : String.format(Locale.ROOT, "%,.1f", rate) + unit;
    }
  }

  /** {@code pairstream keys revoke}: a key that opens nothing any more. */
  @Command(name = "revoke")
  static final class Revoke extends OnKeys {

    @Parameters(paramLabel = "KEY_ID")
    private String keyId;

    @Override
    int run(KeyIssuer issuer) {
      // Not repeated: readers of the screen or the log must not learn it a second time.
      require(
          !keyId.startsWith("psk_"),
          "KEY_ID is the 16 hex digits after psk_, not the whole key; others can see a command line,"
              + " so revoke that key");
      Optional<IssuedKey> revoked = issuer.revoke(keyId);
      if (revoked.isEmpty()) {
        return unknown(
            "there is no key %s; its id has 16 hex digits, see: %s"
                .formatted(keyId, Hint.of("keys ls")));
      }
      IssuedKey key = revoked.get();
      note("keys.revoke", keyId, Template.KEY_OF.with(key.producer()));
      return answer(
          KeyAnswer.of(key, null), () -> print("key %s of %s is revoked", keyId, key.producer()));
    }
  }
}

package io.pairstream.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.pairstream.operations.actions.ActionLog;
import io.pairstream.operations.actions.Actor;
import io.pairstream.operations.actions.AuditEvent;
import io.pairstream.operations.sentence.Sentence;
import io.pairstream.operations.sentence.Template;
import io.pairstream.service.http.Scope;
import io.pairstream.service.keys.IssuedKey;
import io.pairstream.service.keys.KeyIssuer;
import io.pairstream.service.keys.NewKey;
import io.pairstream.service.keys.Rates;
import io.pairstream.terminal.Table;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pairstream keys}: who may use the upload API and the operators' service. */
@Command(
    name = "keys",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      KeysCommand.Create.class,
      KeysCommand.Ls.class,
      KeysCommand.Revoke.class,
      KeysCommand.Rotate.class
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
  private record Key(
      @JsonInclude(JsonInclude.Include.NON_NULL) String key,
      String keyId,
      String producer,
      IssuedKey.State state,
      List<String> scopes,
      @JsonUnwrapped Rates quota,
      Instant createdAt,
      Instant expiresAt,
      Instant revokedAt,
      @JsonInclude(JsonInclude.Include.NON_NULL) Key replaces) {

    static Key of(IssuedKey key, String text, Key replaces) {
      return new Key(
          text,
          key.keyId(),
          key.producer(),
          key.stateAt(Instant.now()),
          KeysCommand.scopes(key),
          key.quota(),
          key.createdAt(),
          time(key.expiresAt()),
          time(key.revokedAt()),
          replaces);
    }

    static Key of(IssuedKey key) {
      return of(key, null, null);
    }

    private static Instant time(Instant time) {
      return time.equals(Instant.MAX) ? null : time;
    }
  }

  private static List<String> scopes(IssuedKey key) {
    return key.scopes().stream().sorted().map(Scope::label).toList();
  }

  /** What the subcommands share. */
  abstract static class OnKeys extends ClusterCommand {

    abstract int run(KeyIssuer issuer);

    @Override
    public final Integer call() {
      try (KeyIssuer issuer =
          KeyIssuer.open(
              topics().apiKeys(),
              cluster().registry(),
              cluster().clientSettings(Map.of()),
              Clock.systemUTC())) {
        return run(issuer);
      }
    }

    static Instant expiry(Duration expiresIn) {
      return expiresIn == null
          ? Instant.MAX
          : Instant.now().plus(expiresIn).truncatedTo(ChronoUnit.MILLIS);
    }

    /** Shows a new key; its text alone on stdout, so that it can go into a file. */
    final int show(KeyIssuer.Created created, Key replaces, String event, Sentence detail) {
      IssuedKey key = created.key();
      String text = created.text().reveal();
      note(event, key.keyId(), detail);
      answer(
          Key.of(key, text, replaces),
          () -> {
            out().println(text);
            say("key %s of %s; keep it now, nobody can show it again", key.keyId(), key.producer());
          });
      return ExitStatus.DONE;
    }

    /** Notes on the audit trail what was done to a key; what cannot be noted is said. */
    final void note(String event, String keyId, Sentence detail) {
      try {
        ActionLog.writeNow(
            access(),
            new AuditEvent(event, keyId, AuditEvent.Outcome.DONE, detail.text(), Map.of()),
            Actor.atTheCommandLine(),
            Clock.systemUTC());
      } catch (RuntimeException e) {
        complain("the audit trail misses this: " + e.getMessage());
      }
    }
  }

  /** A subcommand for a key that there is. */
  abstract static class OnOne extends OnKeys {

    @Parameters(paramLabel = "KEY_ID")
    private String keyId;

    /** There is no such key. */
    private record Unknown(String keyId, String state) {}

    /** Does it, unless there is no such key. */
    abstract boolean run(KeyIssuer issuer, String id);

    @Override
    final int run(KeyIssuer issuer) {
      // Not repeated: whoever reads the screen or the log must not learn it a second time.
      require(
          !keyId.startsWith("psk_"),
          "KEY_ID is the 16 hex digits after psk_, not the whole key; what stands in a command line"
              + " others can see, so revoke that key");
      if (run(issuer, keyId)) {
        return ExitStatus.DONE;
      }
      String unknown = "there is no key %s; its id has 16 hex digits, see: %s";
      answer(
          new Unknown(keyId, "UNKNOWN"), () -> complain(unknown.formatted(keyId, hint("keys ls"))));
      return ExitStatus.FOUND_WRONG;
    }
  }

  /** {@code pairstream keys create}: a new key, shown once. */
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
      Rates rates = checked(() -> new Rates(recordsPerSecond, bytesPerSecond));
      KeyIssuer.Created created =
          issuer.create(new NewKey(producer, scopes, rates, expiry(expiresIn)));
      String allowed = String.join(",", scopes(created.key()));
      return show(created, null, "keys.create", Template.KEY_FOR.with(producer, allowed));
    }
  }

  /** {@code pairstream keys ls}: all keys, without their secrets. */
  @Command(name = "ls")
  static final class Ls extends OnKeys {

    @Option(names = "--producer", paramLabel = "NAME")
    private String producer;

    @Override
    int run(KeyIssuer issuer) {
      Table table = new Table().row("KEY ID", "STATE", "SCOPES", "CREATED", "EXPIRES", "PRODUCER");
      List<IssuedKey> keys =
          issuer.all().stream()
              .filter(key -> producer == null || key.producer().equals(producer))
              .toList();
      keys.forEach(key -> answer(Key.of(key), () -> add(key, table)));
      if (!json() && keys.isEmpty()) {
        print("there are no keys; make one with: %s", hint("keys create --producer NAME"));
      } else if (!json()) {
        print(table);
      }
      return ExitStatus.DONE;
    }

    private static void add(IssuedKey key, Table table) {
      table.row(
          key.keyId(),
          key.stateAt(Instant.now()),
          String.join(",", scopes(key)),
          key.createdAt().truncatedTo(ChronoUnit.SECONDS),
          key.expiresAt().equals(Instant.MAX)
              ? "never"
              : key.expiresAt().truncatedTo(ChronoUnit.SECONDS),
          key.producer(),
          rate(key.quota().recordsPerSecond(), " records/s  ")
              + rate(key.quota().bytesPerSecond(), " bytes/s"));
    }

    private static String rate(double rate, String unit) {
      if (rate == 0) {
        return "";
      }
      return Double.isInfinite(rate)
          ? "unlimited" + unit
          : BigDecimal.valueOf(rate).stripTrailingZeros().toPlainString() + unit;
    }
  }

  /** {@code pairstream keys revoke}: a key opens no more. */
  @Command(name = "revoke")
  static final class Revoke extends OnOne {

    @Override
    boolean run(KeyIssuer issuer, String id) {
      Optional<IssuedKey> revoked = issuer.revoke(id);
      revoked.ifPresent(
          key -> {
            note("keys.revoke", id, Template.KEY_OF.with(key.producer()));
            answer(Key.of(key), () -> print("key %s of %s is revoked", id, key.producer()));
          });
      return revoked.isPresent();
    }
  }

  /** {@code pairstream keys rotate}: a new key like an old one, which expires soon. */
  @Command(name = "rotate")
  static final class Rotate extends OnOne {

    @Option(names = "--overlap", paramLabel = "TIME", defaultValue = "7d")
    private Duration overlap;

    @Option(names = "--expires-in", paramLabel = "TIME")
    private Duration expiresIn;

    @Override
    boolean run(KeyIssuer issuer, String id) {
      Optional<KeyIssuer.Rotated> rotated = issuer.rotate(id, overlap, expiry(expiresIn));
      rotated.ifPresent(
          both -> {
            String producer = both.created().key().producer();
            Sentence detail = Template.KEY_IN_PLACE.with(producer, id);
            show(both.created(), Key.of(both.old()), "keys.rotate", detail);
          });
      return rotated.isPresent();
    }
  }
}

package io.pairstream.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.operations.actions.ActionLog;
import io.pairstream.operations.actions.Actor;
import io.pairstream.operations.actions.AuditEvent;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.sentence.Sentence;
import io.pairstream.operations.sentence.Template;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.wire.AvroSerdes;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.service.Cluster;
import io.pairstream.service.http.Scope;
import io.pairstream.service.keys.InvalidKeyRequestException;
import io.pairstream.service.keys.IssuedKey;
import io.pairstream.service.keys.KeyIssuer;
import io.pairstream.service.keys.NewKey;
import io.pairstream.service.keys.Rates;
import io.pairstream.service.publish.BrokerUnavailableException;
import io.pairstream.service.publish.MissingTopicException;
import io.pairstream.terminal.TerminalText;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

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

  /** What the subcommands share: the keys, and how their faults are told. */
  abstract static class OnKeys implements Callable<Integer> {

    @Mixin private ClusterOptions options;

    @Spec private CommandSpec spec;

    private Cluster cluster;

    /** Notes on the audit trail what was done to a key; what cannot be noted is said. */
    void note(String event, String keyId, Sentence detail) {
      try {
        ActionLog.writeNow(
            new ClusterAccess(cluster),
            new AuditEvent(event, keyId, AuditEvent.Outcome.DONE, detail.text(), Map.of()),
            Actor.atTheCommandLine(),
            Clock.systemUTC());
      } catch (RuntimeException e) {
        say(TerminalText.plain("pairstream: the audit trail misses this: " + e.getMessage()));
      }
    }

    abstract int run(KeyIssuer issuer, PrintWriter out, boolean json);

    @Override
    public final Integer call() {
      Cluster cluster = options.cluster();
      Registry registry = cluster.registry();
      PairTopics topics = PairTopics.of(cluster.dataset(), new AvroSerdes(registry));
      try (KeyIssuer issuer =
          KeyIssuer.open(
              topics.apiKeys(), registry, cluster.clientSettings(Map.of()), Clock.systemUTC())) {
        this.cluster = cluster;
        return run(issuer, spec.commandLine().getOut(), options.json());
      } catch (BrokerUnavailableException | MissingTopicException e) {
        spec.commandLine().getErr().println(TerminalText.plain("pairstream: " + e.getMessage()));
        return ExitStatus.COULD_NOT;
      }
    }

    void say(String message) {
      spec.commandLine().getErr().println(message);
    }

    ParameterException wrong(String message) {
      return new ParameterException(spec.commandLine(), message);
    }

    int notFound(String keyId, PrintWriter out, boolean json) {
      if (json) {
        out.println(
            new JsonMapper().createObjectNode().put("key_id", keyId).put("state", "UNKNOWN"));
      } else {
        spec.commandLine()
            .getErr()
            .println(
                "pairstream: there is no key "
                    + TerminalText.plain(keyId)
                    + "; pairstream keys ls lists them by their ids of 16 hex digits");
      }
      return ExitStatus.FOUND_WRONG;
    }
  }

  /** {@code pairstream keys create}: a new key, shown once. */
  @Command(name = "create")
  static final class Create extends OnKeys {

    @Option(names = "--producer", required = true, paramLabel = "NAME")
    private String producer;

    @Option(names = "--scope", split = ",", paramLabel = "SCOPE", defaultValue = "publish,read")
    private List<String> scopes;

    @Option(names = "--expires-in", paramLabel = "TIME")
    private String expiresIn;

    @Option(names = "--records-per-second", paramLabel = "N", defaultValue = "0")
    private double recordsPerSecond;

    @Option(names = "--bytes-per-second", paramLabel = "N", defaultValue = "0")
    private double bytesPerSecond;

    @Override
    int run(KeyIssuer issuer, PrintWriter out, boolean json) {
      KeyIssuer.Created created;
      try {
        created =
            issuer.create(
                new NewKey(producer, checkedScopes(), checkedQuota(), expiry(this, expiresIn)));
      } catch (InvalidKeyRequestException e) {
        throw wrong(e.getMessage());
      }
      note(
          "keys.create",
          created.key().keyId(),
          Template.KEY_FOR.with(created.key().producer(), scopes(created.key())));
      if (json) {
        out.println(json(created));
      } else {
        print(this, created, out);
      }
      return ExitStatus.DONE;
    }

    private Set<Scope> checkedScopes() {
      Set<Scope> checked = EnumSet.noneOf(Scope.class);
      for (String label : scopes) {
        checked.add(
            Scope.of(label.strip())
                .orElseThrow(
                    () ->
                        wrong(
                            "--scope must be some of: "
                                + Scope.labels()
                                + "; was '"
                                + label
                                + "'")));
      }
      return checked;
    }

    private Rates checkedQuota() {
      requireAtLeastZero("--records-per-second", recordsPerSecond);
      requireAtLeastZero("--bytes-per-second", bytesPerSecond);
      return new Rates(recordsPerSecond, bytesPerSecond);
    }

    private void requireAtLeastZero(String option, double value) {
      if (!(value >= 0)) { // written this way round so that NaN is refused too
        throw wrong(option + " must be at least 0, was " + value);
      }
    }
  }

  /** {@code pairstream keys ls}: all keys, without their secrets. */
  @Command(name = "ls")
  static final class Ls extends OnKeys {

    @Option(names = "--producer", paramLabel = "NAME")
    private String producer;

    @Override
    int run(KeyIssuer issuer, PrintWriter out, boolean json) {
      Instant now = Instant.now();
      List<IssuedKey> keys =
          issuer.all().stream()
              .filter(key -> producer == null || key.producer().equals(producer))
              .toList();
      if (json) {
        keys.forEach(key -> out.println(json(key, now)));
        return ExitStatus.DONE;
      }
      if (keys.isEmpty()) {
        out.println("there are no keys; make one with: pairstream keys create --producer NAME");
        return ExitStatus.DONE;
      }
      out.printf(
          "%-16s  %-8s %-14s %-20s %-20s %s%n",
          "KEY ID", "STATE", "SCOPES", "CREATED", "EXPIRES", "PRODUCER");
      for (IssuedKey key : keys) {
        out.printf(
            "%-16s  %-8s %-14s %-20s %-20s %s%s%n",
            TerminalText.plain(key.keyId()),
            key.stateAt(now),
            scopes(key),
            key.createdAt().truncatedTo(ChronoUnit.SECONDS),
            key.expiresAt().equals(Instant.MAX)
                ? "never"
                : key.expiresAt().truncatedTo(ChronoUnit.SECONDS),
            TerminalText.plain(key.producer()),
            quota(key.quota()));
      }
      return ExitStatus.DONE;
    }
  }

  /** {@code pairstream keys revoke}: a key opens no more. */
  @Command(name = "revoke")
  static final class Revoke extends OnKeys {

    @Parameters(paramLabel = "KEY_ID")
    private String keyId;

    @Override
    int run(KeyIssuer issuer, PrintWriter out, boolean json) {
      Optional<IssuedKey> revoked = issuer.revoke(checkedKeyId(this, keyId));
      if (revoked.isEmpty()) {
        return notFound(keyId, out, json);
      }
      note("keys.revoke", revoked.get().keyId(), Template.KEY_OF.with(revoked.get().producer()));
      if (json) {
        out.println(json(revoked.get(), Instant.now()));
      } else {
        out.printf(
            "key %s of %s is revoked%n",
            TerminalText.plain(keyId), TerminalText.plain(revoked.get().producer()));
      }
      return ExitStatus.DONE;
    }
  }

  /** {@code pairstream keys rotate}: a new key like an old one, which expires soon. */
  @Command(name = "rotate")
  static final class Rotate extends OnKeys {

    @Parameters(paramLabel = "KEY_ID")
    private String keyId;

    @Option(names = "--overlap", paramLabel = "TIME", defaultValue = "7d")
    private String overlap;

    @Option(names = "--expires-in", paramLabel = "TIME")
    private String expiresIn;

    @Override
    int run(KeyIssuer issuer, PrintWriter out, boolean json) {
      Duration bothOpen = duration(this, "--overlap", overlap);
      Optional<KeyIssuer.Rotated> rotated;
      try {
        rotated = issuer.rotate(checkedKeyId(this, keyId), bothOpen, expiry(this, expiresIn));
      } catch (InvalidKeyRequestException e) {
        throw wrong(e.getMessage());
      }
      if (rotated.isEmpty()) {
        return notFound(keyId, out, json);
      }
      IssuedKey made = rotated.get().created().key();
      note("keys.rotate", made.keyId(), Template.KEY_IN_PLACE.with(made.producer(), keyId));
      if (json) {
        ObjectNode object = json(rotated.get().created());
        object.set("replaces", json(rotated.get().old(), Instant.now()));
        out.println(object);
      } else {
        print(this, rotated.get().created(), out);
      }
      return ExitStatus.DONE;
    }
  }

  private static final Pattern TIME = Pattern.compile("(\\d{1,9})([smhd])");

  private KeysCommand() {}

  /** The key alone, so that it can go into a file; what to do with it goes elsewhere. */
  private static void print(OnKeys command, KeyIssuer.Created created, PrintWriter out) {
    out.println(created.text().reveal());
    command.say(
        "key "
            + created.key().keyId()
            + " of "
            + TerminalText.plain(created.key().producer())
            + "; keep it now, nobody can show it again");
  }

  /** The id, also where somebody gave the whole key. */
  private static String checkedKeyId(OnKeys command, String given) {
    if (given.startsWith("psk_")) {
      // Not repeated: whoever reads the screen or the log must not learn it a second time.
      throw command.wrong(
          "KEY_ID is the 16 hex digits after psk_, not the whole key; what stands in a command line"
              + " others can see, so revoke that key");
    }
    return given;
  }

  private static Instant expiry(OnKeys command, String expiresIn) {
    return expiresIn == null
        ? Instant.MAX
        : Instant.ofEpochMilli(
            Instant.now().plus(duration(command, "--expires-in", expiresIn)).toEpochMilli());
  }

  private static Duration duration(OnKeys command, String option, String text) {
    Matcher matcher = TIME.matcher(text);
    if (!matcher.matches()) {
      throw command.wrong(
          option + " must be a number with s, m, h or d, such as 90d; was '" + text + "'");
    }
    long count = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "s" -> Duration.ofSeconds(count);
      case "m" -> Duration.ofMinutes(count);
      case "h" -> Duration.ofHours(count);
      default -> Duration.ofDays(count);
    };
  }

  private static ObjectNode json(KeyIssuer.Created created) {
    ObjectNode object = new JsonMapper().createObjectNode();
    object.put("key", created.text().reveal());
    object.setAll(json(created.key(), created.key().createdAt()));
    return object;
  }

  private static ObjectNode json(IssuedKey key, Instant now) {
    ObjectNode object = new JsonMapper().createObjectNode();
    object
        .put("key_id", key.keyId())
        .put("producer", key.producer())
        .put("state", key.stateAt(now).name());
    ArrayNode scopes = object.putArray("scopes");
    key.scopes().stream().sorted().map(Scope::label).forEach(scopes::add);
    object
        .put("records_per_second", key.quota().recordsPerSecond())
        .put("bytes_per_second", key.quota().bytesPerSecond())
        .put("created_at", key.createdAt().toString());
    putTime(object, "expires_at", key.expiresAt());
    putTime(object, "revoked_at", key.revokedAt());
    return object;
  }

  private static void putTime(ObjectNode object, String name, Instant time) {
    if (time.equals(Instant.MAX)) {
      object.putNull(name);
    } else {
      object.put(name, time.toString());
    }
  }

  private static String scopes(IssuedKey key) {
    return key.scopes().stream().sorted().map(Scope::label).collect(Collectors.joining(","));
  }

  private static String quota(Rates quota) {
    String records =
        quota.recordsPerSecond() == 0 ? "" : "  " + plain(quota.recordsPerSecond()) + " records/s";
    return quota.bytesPerSecond() == 0
        ? records
        : records + "  " + plain(quota.bytesPerSecond()) + " bytes/s";
  }

  private static String plain(double number) {
    return Double.isInfinite(number)
        ? "unlimited"
        : BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
  }
}

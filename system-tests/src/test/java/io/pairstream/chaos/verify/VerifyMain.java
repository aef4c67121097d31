package io.pairstream.chaos.verify;

import io.pairstream.chaos.load.SentLedger;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.wire.OneLine;
import io.pairstream.schemas.wire.RegistryUnavailableException;
import io.pairstream.schemas.wire.RootCause;
import io.pairstream.service.Cluster;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Verifies a load that was sent before, from another process or another day: prints the verdict and
 * what differs. Exit status: 0 the accounts close, 1 they do not, 2 wrong usage, 3 it cannot be
 * found out.
 */
public final class VerifyMain {

  private static final String LEDGER = "--ledger";
  private static final String BOOTSTRAP = "--bootstrap-servers";
  private static final String REGISTRY = "--schema-registry";
  private static final String DATASET = "--dataset";
  private static final String WAIT = "--wait-seconds";
  private static final List<String> OPTIONS = List.of(LEDGER, BOOTSTRAP, REGISTRY, DATASET, WAIT);

  /** A broker that is not there is given up soon. */
  private static final Map<String, String> PATIENCE =
      Map.of("default.api.timeout.ms", "60000", "request.timeout.ms", "20000");

  private VerifyMain() {}

  public static void main(String... arguments) {
    System.exit(run(System.out, System.err, arguments));
  }

  static int run(PrintStream out, PrintStream err, String... arguments) {
    Map<String, String> options = new HashMap<>();
    SentLedger ledger;
    Cluster cluster;
    Duration patience;
    try {
      for (int i = 0; i < arguments.length; i += 2) {
        if (!OPTIONS.contains(arguments[i])) {
          throw new IllegalArgumentException(
              "there is no option " + arguments[i] + "; there are " + String.join(", ", OPTIONS));
        }
        if (i + 1 == arguments.length) {
          throw new IllegalArgumentException(arguments[i] + " needs a value");
        }
        options.put(arguments[i], arguments[i + 1]);
      }
      if (!options.containsKey(LEDGER)) {
        throw new IllegalArgumentException(LEDGER + " FILE is missing");
      }
      ledger = SentLedger.open(Path.of(options.get(LEDGER)));
      patience = seconds(options.getOrDefault(WAIT, "60"));
      cluster =
          new Cluster(
              options.getOrDefault(BOOTSTRAP, "127.0.0.1:9092"),
              options.getOrDefault(REGISTRY, "http://127.0.0.1:8081"),
              Optional.ofNullable(options.get(DATASET)).map(Dataset::new).orElse(ledger.dataset()),
              PATIENCE,
              Map.of());
    } catch (IllegalArgumentException e) {
      err.println("verify: " + e.getMessage());
      return 2;
    }
    try {
      Verdict verdict = new Verifier(patience).verify(cluster, ledger, Optional.empty());
      verdict.differences().forEach(out::println);
      out.println(verdict.inWords());
      return verdict.isClean() ? 0 : 1;
    } catch (IllegalArgumentException e) {
      err.println("verify: " + e.getMessage());
      return 2;
    } catch (RegistryUnavailableException e) {
      err.println("verify: " + OneLine.of(e.getMessage()));
      return 3;
    } catch (RuntimeException | Error e) {
      // Also where the fault is our own: Java's exit status of an uncaught one would be 1.
      err.println(
          "verify: cannot keep the accounts of "
              + cluster.bootstrapServers()
              + ": "
              + OneLine.of(RootCause.message(e)));
      return 3;
    }
  }

  private static Duration seconds(String text) {
    if (!text.matches("[0-9]{1,6}")) {
      throw new IllegalArgumentException(WAIT + " is a number of seconds, not " + text);
    }
    return Duration.ofSeconds(Long.parseLong(text));
  }
}

package io.pairstream.cli;

import io.pairstream.service.keys.IssuedKey;
import io.pairstream.service.keys.KeyIssuer;
import io.pairstream.service.keys.Rates;
import io.pairstream.terminal.Table;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code pairstream keys ls}: all keys, without their secrets. */
@Command(name = "ls")
final class KeysLsCommand extends KeysCommand.OnKeys {

  @Option(names = "--producer", paramLabel = "NAME")
  private String producer;

  @Override
  int run(KeyIssuer issuer) {
    List<IssuedKey> keys =
        issuer.all().stream()
            .filter(key -> producer == null || key.producer().equals(producer))
            .toList();
    if (json()) {
      keys.forEach(key -> out().println(asJson(KeysCommand.Key.of(key))));
    } else if (keys.isEmpty()) {
      print("there are no keys; make one with: %s", options().hint("keys create --producer NAME"));
    } else {
      Table table = new Table().row("KEY ID", "STATE", "SCOPES", "CREATED", "EXPIRES", "PRODUCER");
      keys.forEach(key -> add(key, table));
      print(table);
    }
    return ExitStatus.DONE;
  }

  private static void add(IssuedKey key, Table table) {
    table.row(
        key.keyId(),
        key.stateAt(Instant.now()),
        String.join(",", KeysCommand.scopes(key)),
        key.createdAt().truncatedTo(ChronoUnit.SECONDS),
        key.expiresAt().equals(Instant.MAX)
            ? "never"
            : key.expiresAt().truncatedTo(ChronoUnit.SECONDS),
        key.producer(),
        quota(key.quota()));
  }

  private static String quota(Rates quota) {
    return rate(quota.recordsPerSecond(), " records/s  ")
        + rate(quota.bytesPerSecond(), " bytes/s");
  }

  private static String rate(double rate, String unit) {
    return rate == 0 ? "" : rate(rate) + unit;
  }

  private static String rate(double rate) {
    return Double.isInfinite(rate)
        ? "unlimited"
        : BigDecimal.valueOf(rate).stripTrailingZeros().toPlainString();
  }
}

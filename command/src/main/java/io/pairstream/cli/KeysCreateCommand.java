package io.pairstream.cli;

import io.pairstream.operations.sentence.Template;
import io.pairstream.service.http.Scope;
import io.pairstream.service.keys.KeyIssuer;
import io.pairstream.service.keys.NewKey;
import io.pairstream.service.keys.Rates;
import java.time.Duration;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code pairstream keys create}: a new key, shown once. */
@Command(name = "create")
final class KeysCreateCommand extends KeysCommand.OnKeys {

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
    requireRate("--records-per-second", recordsPerSecond);
    requireRate("--bytes-per-second", bytesPerSecond);
    KeyIssuer.Created created =
        issuer.create(
            new NewKey(
                producer,
                scopes,
                new Rates(recordsPerSecond, bytesPerSecond),
                KeysCommand.expiry(expiresIn)));
    note(
        "keys.create",
        created.key().keyId(),
        Template.KEY_FOR.with(producer, String.join(",", KeysCommand.scopes(created.key()))));
    answer(KeysCommand.Key.of(created, null), () -> show(created));
    return ExitStatus.DONE;
  }

  private void requireRate(String option, double rate) {
    require(rate >= 0, option + " must be at least 0, was " + rate);
  }
}

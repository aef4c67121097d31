package io.pairstream.cli;

import io.pairstream.operations.sentence.Template;
import io.pairstream.service.keys.IssuedKey;
import io.pairstream.service.keys.KeyIssuer;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pairstream keys rotate}: a new key like an old one, which expires soon. */
@Command(name = "rotate")
final class KeysRotateCommand extends KeysCommand.OnKeys {

  @Parameters(paramLabel = "KEY_ID")
  private String keyId;

  @Option(names = "--overlap", paramLabel = "TIME", defaultValue = "7d")
  private Duration overlap;

  @Option(names = "--expires-in", paramLabel = "TIME")
  private Duration expiresIn;

  @Override
  int run(KeyIssuer issuer) {
    Optional<KeyIssuer.Rotated> rotated =
        issuer.rotate(checkedId(keyId), overlap, KeysCommand.expiry(expiresIn));
    if (rotated.isEmpty()) {
      return notFound(keyId);
    }
    KeyIssuer.Created created = rotated.get().created();
    IssuedKey made = created.key();
    note("keys.rotate", made.keyId(), Template.KEY_IN_PLACE.with(made.producer(), keyId));
    answer(
        KeysCommand.Key.of(created, KeysCommand.Key.of(rotated.get().old())), () -> show(created));
    return ExitStatus.DONE;
  }
}

package io.pairstream.cli;

import io.pairstream.operations.sentence.Template;
import io.pairstream.service.keys.IssuedKey;
import io.pairstream.service.keys.KeyIssuer;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code pairstream keys revoke}: a key opens no more. */
@Command(name = "revoke")
final class KeysRevokeCommand extends KeysCommand.OnKeys {

  @Parameters(paramLabel = "KEY_ID")
  private String keyId;

  @Override
  int run(KeyIssuer issuer) {
    Optional<IssuedKey> revoked = issuer.revoke(checkedId(keyId));
    if (revoked.isEmpty()) {
      return notFound(keyId);
    }
    String producer = revoked.get().producer();
    note("keys.revoke", keyId, Template.KEY_OF.with(producer));
    answer(
        KeysCommand.Key.of(revoked.get()), () -> print("key %s of %s is revoked", keyId, producer));
    return ExitStatus.DONE;
  }
}

package io.pairstream.cli.run;

import io.pairstream.operate.oidc.OidcSettings;
import io.pairstream.schemas.wire.RootCause;
import io.pairstream.service.http.PemCertificate;
import io.pairstream.service.http.Scope;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Option;

/** Where people log in with an account of their organisation. */
final class OidcOptions {

  @Option(names = "--oidc-issuer", paramLabel = "URL", required = true)
  private URI issuer;

  @Option(names = "--oidc-client", paramLabel = "ID", required = true)
  private String client;

  @Option(names = "--oidc-secret-file", paramLabel = "FILE", required = true)
  private Path secretFile;

  @Option(names = "--oidc-role", paramLabel = "ROLE=SCOPE", required = true)
  private Map<String, String> roles = new LinkedHashMap<>();

  @Option(names = "--oidc-roles-claim", paramLabel = "CLAIM", defaultValue = "roles")
  private String rolesClaim;

  @Option(names = "--oidc-address", paramLabel = "URL")
  private URI address;

  @Option(names = "--oidc-authorities", paramLabel = "FILE")
  private Path authoritiesFile;

  /**
   * The settings.
   *
   * @throws IllegalArgumentException where one makes no sense, or a file cannot be read
   */
  OidcSettings settings() {
    Map<String, Scope> scopes = new LinkedHashMap<>();
    roles.forEach((role, scope) -> scopes.put(role, scope(role, scope)));
    return new OidcSettings(issuer, client, secret(), rolesClaim, scopes, address, authorities());
  }

  private static Scope scope(String role, String scope) {
    return Scope.of(scope.toLowerCase(Locale.ROOT))
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "--oidc-role: right is %s=view or %s=review, not %s=%s"
                        .formatted(role, role, role, scope)));
  }

  private List<Certificate> authorities() {
    try {
      return authoritiesFile == null ? List.of() : PemCertificate.certificates(authoritiesFile);
    } catch (IOException e) {
      throw new IllegalArgumentException("--oidc-authorities: " + e.getMessage(), e);
    }
  }

  private String secret() {
    try {
      return Files.readString(secretFile).strip();
    } catch (IOException e) {
      throw new IllegalArgumentException("--oidc-secret-file: " + RootCause.message(e), e);
    }
  }
}

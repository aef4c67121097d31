package io.pairstream.operate.oidc;

import io.pairstream.schemas.LinkHost;
import io.pairstream.service.http.Scope;
import java.net.URI;
import java.security.cert.Certificate;
import java.util.List;
import java.util.Map;

/**
 * Where people log in, and what their roles are here.
 *
 * @param issuer the provider's name, below which its metadata is found
 * @param clientId this service's name at the provider
 * @param clientSecret its secret there
 * @param rolesClaim claim of the ID token that names a person's roles: its name, or a path with
 *     dots such as {@code realm_access.roles}
 * @param roles what each role may do here; a role of another name opens nothing
 * @param address where people reach this service, to which the provider sends them back, null for
 *     the address that the browser names
 * @param authorities whose certificates the provider may have; empty for those that Java trusts
 */
public record OidcSettings(
    URI issuer,
    String clientId,
    String clientSecret,
    String rolesClaim,
    Map<String, Scope> roles,
    URI address,
    List<Certificate> authorities) {

  /**
   * @throws IllegalArgumentException where the issuer is no address, or secrets would cross the
   *     network unencrypted; where something is empty
   */
  public OidcSettings {
    boolean isAddress =
        issuer.getHost() != null && issuer.getRawQuery() == null && issuer.getFragment() == null;
    if (!isAddress || !isPrivate(issuer)) {
      throw new IllegalArgumentException(
          "the issuer is an https address without a query, such as https://login.example.org, or an"
              + " http address of this machine, not "
              + issuer);
    }
    if (clientId.isBlank() || clientSecret.isBlank() || rolesClaim.isBlank()) {
      throw new IllegalArgumentException("the client, its secret and the roles' claim have a name");
    }
    if (address != null && (address.getHost() == null || !isPrivate(address))) {
      throw new IllegalArgumentException(
          "people log in at an https address, such as https://pairs.example.org, not at "
              + address);
    }
    for (Scope scope : roles.values()) {
      if (scope.compareTo(Scope.VIEW) < 0) {
        throw new IllegalArgumentException(
            "a role may view or review here; for " + scope.label() + " a program sends a key");
      }
    }
    roles = Map.copyOf(roles);
    authorities = List.copyOf(authorities);
  }

  /** Whether what is sent there cannot be read on the network: by https, or to this machine. */
  static boolean isPrivate(URI address) {
    return "https".equals(address.getScheme())
        || ("http".equals(address.getScheme()) && LinkHost.isHere(address.getHost()));
  }

  /** Without the secret. */
  @Override
  public String toString() {
    return clientId + " at " + issuer;
  }
}

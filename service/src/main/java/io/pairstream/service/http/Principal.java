package io.pairstream.service.http;

import java.util.EnumSet;
import java.util.Set;

/**
 * Who sends a request.
 *
 * @param producer name of the producer; {@code anonymous} where no key is asked for, empty on open
 *     routes
 * @param keyId public part of the key; empty where there is none
 * @param scopes what the producer may do; {@link Scope#REVIEW} has {@link Scope#VIEW} with it
 */
public record Principal(String producer, String keyId, Set<Scope> scopes) {

  /** The caller of a service that asks for no keys. */
  public static final Principal ANONYMOUS =
      new Principal("anonymous", "", Set.of(Scope.PUBLISH, Scope.READ, Scope.VIEW));

  /** The caller of an open route, who is not authenticated. */
  public static final Principal NONE = new Principal("", "", Set.of());

  /** Adds {@link Scope#VIEW} to {@link Scope#REVIEW}: a reviewer may see the pairs in review. */
  public Principal {
    if (scopes.contains(Scope.REVIEW)) {
      scopes = EnumSet.copyOf(scopes);
      scopes.add(Scope.VIEW);
    }
    scopes = Set.copyOf(scopes);
  }
}

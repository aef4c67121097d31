package io.pairstream.service.http;

import java.util.Optional;

/** Who may use a route. */
public enum Access {
  /** No key needed: the page, health, the description of the interface. */
  OPEN(null),

  /** Any key, whatever its scopes. */
  ANY_KEY(null),

  /** Keys with {@link Scope#PUBLISH}. */
  PUBLISH(Scope.PUBLISH),

  /** Keys with {@link Scope#READ}. */
  READ(Scope.READ),

  /** Keys with {@link Scope#VIEW}. */
  VIEW(Scope.VIEW),

  /**
   * Keys with {@link Scope#REVIEW}. Any key reaches the handler, which must refuse others, so that
   * this is on record too.
   */
  REVIEW_BY_HANDLER(Scope.REVIEW);

  private final Scope scope;

  Access(Scope scope) {
    this.scope = scope;
  }

  /** The scope that a key must have, if any. */
  public Optional<Scope> scope() {
    return Optional.ofNullable(scope);
  }

  /** The scope without which a request does not reach the handler, if any. */
  Optional<Scope> scopeBeforehand() {
    return this == REVIEW_BY_HANDLER ? Optional.empty() : scope();
  }
}

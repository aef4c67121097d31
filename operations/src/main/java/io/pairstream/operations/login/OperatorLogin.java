package io.pairstream.operations.login;

import io.pairstream.operations.sentence.Template;
import io.pairstream.service.http.Authenticator;
import io.pairstream.service.http.Incoming;
import io.pairstream.service.http.Principal;
import io.pairstream.service.http.Problem;
import io.pairstream.service.http.ProblemKind;
import io.pairstream.service.http.Route.Method;
import io.pairstream.service.http.Scope;
import io.pairstream.service.keys.ApiKeyAuthenticator;
import io.pairstream.service.keys.IssuedKey;
import io.pairstream.service.keys.KeyRing;
import java.time.Clock;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * Knows operators by their API keys, sent with each request or with the session that one opened.
 *
 * <p>Whoever may review or operate may also look. A session lives no longer than its key: one that
 * is revoked or expires ends it with the next request. Thread-safe.
 */
public final class OperatorLogin implements Authenticator {

  /** Whoever looks without a key, where the service lets them. */
  private static final Principal VIEWER = new Principal("anonymous", "", Set.of(Scope.VIEW));

  private final KeyRing ring;
  private final ApiKeyAuthenticator keys;
  private final Sessions sessions;
  private final boolean anonymous;
  private final boolean behindTls;
  private final SameSite sameSite;
  private final Clock clock;

  /**
   * @param anonymous whether everybody may look
   * @param behindTls whether people reach the service by https alone, through a proxy
   */
  public OperatorLogin(KeyRing ring, boolean anonymous, boolean behindTls, Clock clock) {
    this.ring = ring;
    this.keys = new ApiKeyAuthenticator(ring, false, clock);
    this.sessions = new Sessions(clock);
    this.anonymous = anonymous;
    this.behindTls = behindTls;
    this.sameSite = new SameSite(behindTls);
    this.clock = clock;
  }

  /**
   * @throws Problem {@link ProblemKind#UNAUTHORIZED}; {@link ProblemKind#FOREIGN_SITE} where
   *     another site's page makes use of a session; {@link ProblemKind#KAFKA_UNAVAILABLE} while the
   *     keys are not known yet
   */
  @Override
  public Principal authenticate(Incoming request) {
    if (request.header("Authorization").isPresent()) {
      return withViewing(keys.authenticate(request));
    }
    Optional<Principal> session = sessionOf(request);
    if (session.isPresent() && request.method() != Method.GET) {
      sameSite.requireOwnPage(request);
    }
    return session
        .or(() -> anonymous ? Optional.of(VIEWER) : Optional.empty())
        .orElseThrow(
            () ->
                Problem.of(
                        ProblemKind.UNAUTHORIZED,
                        "log in, or send an API key: Authorization: Bearer psk_...")
                    .withHeader("WWW-Authenticate", "Bearer realm=\"pairstream\""));
  }

  SameSite sameSite() {
    return sameSite;
  }

  boolean needsLogin() {
    return !anonymous;
  }

  /** Who it is that asks; nobody where they have neither session nor, without one, access. */
  Principal who(Incoming request) {
    return sessionOf(request).orElse(anonymous ? VIEWER : Principal.NOBODY);
  }

  /** Whoever is logged out. */
  Principal stranger() {
    return anonymous ? VIEWER : Principal.NOBODY;
  }

  /**
   * The holder of a key that may at least look.
   *
   * @throws Problem {@link ProblemKind#UNAUTHORIZED}, or {@link ProblemKind#FORBIDDEN} for a key
   *     that opens nothing here
   */
  Principal holder(String key) {
    Principal holder = withViewing(keys.holder(key));
    if (!holder.scopes().contains(Scope.VIEW)) {
      throw Problem.of(ProblemKind.FORBIDDEN, Template.KEY_OPENS_NOTHING.english());
    }
    return holder;
  }

  /** Begins a session; returns the cookie that stands for it, as the browser is told to keep it. */
  String begin(Principal holder) {
    return cookie(sessions.begin(holder.keyId()), Sessions.LONGEST.toSeconds());
  }

  /** Ends the request's session, if it has one; returns the cookie that makes it forgotten. */
  String end(Incoming request) {
    cookieOf(request).ifPresent(sessions::end);
    return cookie("", 0);
  }

  boolean hasSession(Incoming request) {
    return sessionOf(request).isPresent();
  }

  private Optional<Principal> sessionOf(Incoming request) {
    return cookieOf(request)
        .flatMap(sessions::use)
        .flatMap(ring::find)
        .filter(key -> key.stateAt(clock.instant()) == IssuedKey.State.LIVE)
        .map(key -> withViewing(new Principal(key.producer(), key.keyId(), key.scopes())));
  }

  private static Principal withViewing(Principal principal) {
    if (!principal.scopes().contains(Scope.REVIEW)) {
      return principal;
    }
    Set<Scope> more = EnumSet.copyOf(principal.scopes());
    more.add(Scope.VIEW);
    return new Principal(principal.producer(), principal.keyId(), more);
  }

  private Optional<String> cookieOf(Incoming request) {
    String beginning = cookieName() + "=";
    return request.header("Cookie").stream()
        .flatMap(cookies -> Arrays.stream(cookies.split(";", -1)))
        .map(String::strip)
        .filter(cookie -> cookie.startsWith(beginning))
        .map(cookie -> cookie.substring(beginning.length()))
        .findFirst();
  }

  /** A browser takes a name with that prefix by https alone, and for this host alone. */
  private String cookieName() {
    return behindTls ? "__Host-pairstream-session" : "pairstream-session";
  }

  private String cookie(String value, long seconds) {
    return cookieName()
        + "="
        + value
        + "; Path=/; HttpOnly; SameSite=Strict; Max-Age="
        + seconds
        + (behindTls ? "; Secure" : "");
  }
}

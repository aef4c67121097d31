package io.pairstream.operate.web;

import io.pairstream.curation.sentence.Template;
import io.pairstream.operate.oidc.LoginAttempts;
import io.pairstream.operate.oidc.OidcProvider;
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
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Knows operators by their API keys, sent with each request, or by the session that a key or a
 * login at an OpenID Connect provider opened.
 *
 * <p>Keeps other web sites from making an operator's browser act here. A browser says where a
 * request comes from, and no page can make it say otherwise: {@code Sec-Fetch-Site} and {@code
 * Origin}. A proxy in between must pass {@code Host} on. With TLS a page of the same name that came
 * by http is another's, as an attacker on the network can serve one.
 *
 * <p>Principals that may review or operate may also look. A session lives no longer than its key:
 * one that is revoked or expires ends it with the next request. Thread-safe.
 */
final class OperatorLogin implements Authenticator {

  private static final String SESSION = "pairstream-session";
  private static final String ATTEMPT = "pairstream-login";

  /** Principal of callers without a key, where the service admits them. */
  private static final Principal VIEWER = new Principal("anonymous", "", Set.of(Scope.VIEW));

  private final KeyRing ring;
  private final ApiKeyAuthenticator keys;
  private final Sessions sessions;
  private final boolean anonymous;
  private final boolean encrypted;
  private final Clock clock;

  /**
   * @param anonymous whether everybody may look
   * @param encrypted whether people reach the service by https alone; their browsers then send the
   *     session's cookie no other way
   */
  public OperatorLogin(KeyRing ring, boolean anonymous, boolean encrypted, Clock clock) {
    this.ring = ring;
    this.keys = new ApiKeyAuthenticator(ring, false, clock);
    this.sessions = new Sessions(clock);
    this.anonymous = anonymous;
    this.encrypted = encrypted;
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
      return keys.authenticate(request);
    }
    Optional<Principal> session = sessionOf(request);
    if (session.isPresent() && request.method() != Method.GET) {
      requireOwnPage(request);
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

  boolean needsLogin() {
    return !anonymous;
  }

  /**
   * Principal of the caller; {@link Principal#NONE} for one with neither session nor access without
   * one.
   */
  Principal who(Incoming request) {
    return sessionOf(request).orElse(anonymous ? VIEWER : Principal.NONE);
  }

  /** Principal of a caller who is logged out. */
  Principal stranger() {
    return anonymous ? VIEWER : Principal.NONE;
  }

  /**
   * The holder of a key that may at least look.
   *
   * @throws Problem {@link ProblemKind#UNAUTHORIZED}, or {@link ProblemKind#FORBIDDEN} for a key
   *     that opens nothing here
   */
  Principal holder(String key) {
    Principal holder = keys.holder(key);
    if (!holder.scopes().contains(Scope.VIEW)) {
      throw Problem.of(ProblemKind.FORBIDDEN, Template.KEY_OPENS_NOTHING.english());
    }
    return holder;
  }

  /** Begins a session; returns the cookie that stands for it, as the browser is to keep it. */
  String begin(Principal holder) {
    return cookie(SESSION, sessions.begin(holder), "Strict", Sessions.LONGEST);
  }

  /** Ends the request's session, if it has one; returns the cookie that makes it forgotten. */
  String end(Incoming request) {
    cookieOf(request, SESSION).ifPresent(sessions::end);
    return cookie(SESSION, "", "Strict", Duration.ZERO);
  }

  /** Ends every session of a person who logged in at a provider, by the person's id. */
  void endAllOf(String person) {
    sessions.endAllOf(person);
  }

  /**
   * The cookie by which a browser is known that went to a provider. One that is strict would not
   * come back from there.
   */
  String attemptCookie(String value) {
    return cookie(ATTEMPT, value, "Lax", LoginAttempts.LONGEST);
  }

  Optional<String> attemptOf(Incoming request) {
    return cookieOf(request, ATTEMPT);
  }

  /** Scheme of the addresses under which people reach the service. */
  String scheme() {
    return encrypted ? "https" : "http";
  }

  boolean hasSession(Incoming request) {
    return sessionOf(request).isPresent();
  }

  private Optional<Principal> sessionOf(Incoming request) {
    return cookieOf(request, SESSION)
        .flatMap(sessions::use)
        .flatMap(
            holder ->
                OidcProvider.isPerson(holder) ? Optional.of(holder) : holderOf(holder.keyId()));
  }

  private Optional<Principal> holderOf(String keyId) {
    return ring.find(keyId)
        .filter(key -> key.stateAt(clock.instant()) == IssuedKey.State.LIVE)
        .map(key -> new Principal(key.producer(), key.keyId(), key.scopes()));
  }

  private Optional<String> cookieOf(Incoming request, String name) {
    String beginning = cookieName(name) + "=";
    return request.header("Cookie").stream()
        .flatMap(cookies -> Arrays.stream(cookies.split(";", -1)))
        .map(String::strip)
        .filter(cookie -> cookie.startsWith(beginning))
        .map(cookie -> cookie.substring(beginning.length()))
        .findFirst();
  }

  /** A browser takes a name with that prefix by https alone, and for this host alone. */
  private String cookieName(String name) {
    return encrypted ? "__Host-" + name : name;
  }

  private String cookie(String name, String value, String sameSite, Duration age) {
    String secure = encrypted ? "; Secure" : "";
    return "%s=%s; Path=/; HttpOnly; SameSite=%s; Max-Age=%s%s"
        .formatted(cookieName(name), value, sameSite, age.toSeconds(), secure);
  }

  /**
   * Lets requests of this service's own page through, and those of programs, which say nothing.
   *
   * @throws Problem {@link ProblemKind#FOREIGN_SITE}
   */
  void requireOwnPageOrProgram(Incoming request) {
    Optional<String> site = request.header("Sec-Fetch-Site");
    Optional<String> origin = request.header("Origin");
    String host = request.header("Host").orElse("").toLowerCase(Locale.ROOT);
    if (site.filter(from -> !from.equals("same-origin")).isPresent()
        || origin.filter(from -> !isOurs(from, host)).isPresent()) {
      throw foreign("a page of another site sends this; only this service's own page may");
    }
  }

  /**
   * Lets requests of this service's own page through alone.
   *
   * @throws Problem {@link ProblemKind#FOREIGN_SITE}
   */
  void requireOwnPage(Incoming request) {
    requireOwnPageOrProgram(request);
    if (request.header("Sec-Fetch-Site").isEmpty() && request.header("Origin").isEmpty()) {
      throw foreign("nothing says which page sends this; programs send an API key, no cookie");
    }
  }

  private boolean isOurs(String origin, String host) {
    String lower = origin.toLowerCase(Locale.ROOT);
    return !host.isEmpty()
        && (lower.equals("https://" + host) || (!encrypted && lower.equals("http://" + host)));
  }

  private static Problem foreign(String detail) {
    return Problem.of(ProblemKind.FOREIGN_SITE, detail);
  }
}

package io.pairstream.operate.web;

import io.pairstream.curation.actions.ActionLog;
import io.pairstream.curation.actions.Actor;
import io.pairstream.curation.actions.AuditEvent.Outcome;
import io.pairstream.curation.sentence.Template;
import io.pairstream.operate.oidc.LoginAttempts;
import io.pairstream.operate.oidc.LoginAttempts.Attempt;
import io.pairstream.operate.oidc.LoginRefusedException;
import io.pairstream.operate.oidc.OidcProvider;
import io.pairstream.operate.oidc.OidcSettings;
import io.pairstream.operate.waiting.WaitingWork;
import io.pairstream.schemas.wire.OneLine;
import io.pairstream.service.http.Access;
import io.pairstream.service.http.Answer;
import io.pairstream.service.http.Incoming;
import io.pairstream.service.http.Principal;
import io.pairstream.service.http.Problem;
import io.pairstream.service.http.ProblemKind;
import io.pairstream.service.http.Route;
import io.pairstream.service.http.TokenBucket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logging in at an OpenID Connect provider: a browser goes there by {@code /v1/login}, and comes
 * back to {@code /v1/login/callback}, from where it goes to the page with a session, or with the
 * reason why there is none. The provider itself says at {@code /v1/login/ended} whom it has logged
 * out.
 */
final class ProviderRoutes implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ProviderRoutes.class);
  private static final String PATH = "/v1/login";
  private static final String CALLBACK = PATH + "/callback";
  private static final String ENDED = PATH + "/ended";

  /** Codes of errors in OAuth 2.0 and OpenID Connect; the rest may be anybody's text. */
  private static final Pattern ERROR = Pattern.compile("[a-z_]{1,40}");

  private static final int MAX_TOKEN_BYTES = 16 * 1024;

  /** Null for the one that the browser names. */
  private final URI address;

  private final OidcProvider provider;
  private final OperatorLogin login;
  private final ActionLog actions;
  private final LoginAttempts attempts;
  private final WaitingWork work = new WaitingWork("login", 8, 100);

  /** Warnings that anybody can bring about: so many at once, then one each ten seconds. */
  private final TokenBucket warnings = new TokenBucket(0.1, 20, System.nanoTime());

  ProviderRoutes(OidcSettings settings, OperatorLogin login, ActionLog actions, Clock clock) {
    this.address = settings.address();
    this.provider = new OidcProvider(settings);
    this.login = login;
    this.actions = actions;
    this.attempts = new LoginAttempts(clock);
  }

  List<Route> routes() {
    return List.of(
        Route.get(PATH, Access.OPEN, (request, body) -> work.later(() -> begin(request))),
        Route.get(CALLBACK, Access.OPEN, (request, body) -> work.later(() -> end(request))),
        Route.post(
            ENDED,
            Access.OPEN,
            Set.of("application/x-www-form-urlencoded"),
            MAX_TOKEN_BYTES,
            (request, body) -> work.later(() -> loggedOut(body))));
  }

  private Answer begin(Incoming request) {
    Attempt attempt = attempts.begin(callback(request));
    try {
      return goTo(provider.page(attempt).toString())
          .withHeader("Set-Cookie", login.attemptCookie(attempt.browser().getValue()));
    } catch (LoginRefusedException e) {
      return refused(request, e);
    }
  }

  private Answer end(Incoming request) {
    try {
      Principal person = person(request);
      Actor actor = new Actor(person.producer(), person.keyId());
      actions.countLogin(request, actor, Outcome.DONE, Template.LOGGED_IN.with());
      return goTo("/").withHeader("Set-Cookie", login.begin(person));
    } catch (LoginRefusedException e) {
      return refused(request, e);
    }
  }

  private Principal person(Incoming request) throws LoginRefusedException {
    Attempt attempt =
        attempts
            .end(request.query("state").orElse(""), login.attemptOf(request).orElse(""))
            .orElseThrow(
                () ->
                    new LoginRefusedException(
                        Template.LOGIN_OVER, "no login of this browser waits for that answer"));
    String error = request.query("error").orElse("");
    if (!error.isEmpty()) {
      throw new LoginRefusedException(
          Template.LOGIN_REFUSED,
          "the provider says: "
              + (ERROR.matcher(error).matches() ? error : "an error that has no such code"));
    }
    return provider.person(
        attempt, request.query("code").orElse(""), request.query("iss").orElse(""));
  }

  /** Ends the sessions of the person whom the provider's token names. */
  private Answer loggedOut(byte[] body) {
    try {
      login.endAllOf(provider.loggedOut(new String(body, StandardCharsets.UTF_8)));
      return new Answer(200, "", Map.of(), ByteBuffer.allocate(0));
    } catch (LoginRefusedException e) {
      warn("logout of the provider", e);
      throw Problem.of(
          ProblemKind.BODY_MALFORMED, "the logout token is not accepted; the log says why");
    }
  }

  private Answer refused(Incoming request, LoginRefusedException refusal) {
    warn("login", refusal);
    actions.countLogin(request, new Actor("", ""), Outcome.REFUSED, refusal.reason().with());
    return goTo("/?login=" + refusal.reason());
  }

  private void warn(String what, LoginRefusedException refusal) {
    synchronized (warnings) {
      long now = System.nanoTime();
      if (!warnings.untilOpen(now).isZero()) {
        return;
      }
      warnings.take(1, now);
    }
    LOG.warn("a {} is refused: {}", what, OneLine.of(refusal.getMessage()));
  }

  /** Where the provider sends the browser back to, which it compares with what it was sent. */
  private URI callback(Incoming request) {
    if (address != null) {
      return address.resolve(CALLBACK);
    }
    String host = request.header("Host").orElse("");
    if (!host.matches("[A-Za-z0-9.-]+(:[0-9]+)?|\\[[0-9A-Fa-f:]+](:[0-9]+)?")) {
      throw Problem.badRequest("the Host is no name of a host");
    }
    return URI.create(login.scheme() + "://" + host + CALLBACK);
  }

  private static Answer goTo(String address) {
    return new Answer(303, "", Map.of("Location", address), ByteBuffer.allocate(0));
  }

  @Override
  public void close() {
    work.close();
  }
}

package io.pairstream.operate.web;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.curation.actions.ActionLog;
import io.pairstream.curation.actions.Actor;
import io.pairstream.curation.actions.AuditEvent.Outcome;
import io.pairstream.curation.sentence.Sentence;
import io.pairstream.curation.sentence.Template;
import io.pairstream.operate.oidc.OidcSettings;
import io.pairstream.service.http.Access;
import io.pairstream.service.http.Answer;
import io.pairstream.service.http.Incoming;
import io.pairstream.service.http.Json;
import io.pairstream.service.http.Principal;
import io.pairstream.service.http.Problem;
import io.pairstream.service.http.ProblemKind;
import io.pairstream.service.http.Route;
import io.pairstream.service.http.Scope;
import io.pairstream.service.keys.ApiKeyAuthenticator;
import io.pairstream.service.keys.ApiKeyText;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** Logging in at the page, and out again. */
record SessionRoutes(OperatorLogin login, ActionLog actions, OidcSettings provider) {

  private static final String PATH = "/v1/session";
  private static final int MAX_BODY_BYTES = 4096;

  /** Delay before a wrong key is refused. */
  static final Duration REFUSED_AFTER = Duration.ofMillis(500);

  public List<Route> routes() {
    return List.of(
        Route.quick(PATH, Access.OPEN, request -> answer(login.who(request))),
        Route.post(PATH, Access.OPEN, Set.of(Json.MEDIA_TYPE), MAX_BODY_BYTES, this::begin),
        Route.delete(PATH, Access.OPEN, (request, body) -> end(request)));
  }

  private CompletionStage<Answer> begin(Incoming request, byte[] body) {
    login.requireOwnPageOrProgram(request);
    String key = key(body);
    Principal holder;
    try {
      holder = login.holder(key);
    } catch (Problem e) {
      if (e.kind() != ProblemKind.KAFKA_UNAVAILABLE) {
        String keyId = ApiKeyText.parse(key).map(ApiKeyText::keyId).orElse("");
        actions.countLogin(request, new Actor("", keyId), Outcome.REFUSED, why(e));
      }
      return later(e);
    }
    Actor actor = new Actor(holder.producer(), holder.keyId());
    actions.countLogin(request, actor, Outcome.DONE, Template.LOGGED_IN.with());
    return CompletableFuture.completedFuture(
        answer(holder).withHeader("Set-Cookie", login.begin(holder)));
  }

  private static Sentence why(Problem refused) {
    return refused
        .member(ApiKeyAuthenticator.KEY_STATE)
        .map(
            state ->
                switch (state) {
                  case "REVOKED" -> Template.KEY_REVOKED;
                  case "EXPIRED" -> Template.KEY_EXPIRED;
                  default -> Template.KEY_UNKNOWN;
                })
        .map(known -> known.with(refused.member(ApiKeyAuthenticator.SINCE).orElse("")))
        .orElseGet(() -> Sentence.verbatim(refused.detail()));
  }

  /** Delays the refusal of a caller who tries one key after the other; no other caller waits. */
  private static CompletionStage<Answer> later(Problem refused) {
    CompletableFuture<Answer> answer = new CompletableFuture<>();
    CompletableFuture.delayedExecutor(REFUSED_AFTER.toMillis(), TimeUnit.MILLISECONDS)
        .execute(() -> answer.completeExceptionally(refused));
    return answer;
  }

  private CompletionStage<Answer> end(Incoming request) {
    if (login.hasSession(request)) {
      login.requireOwnPage(request);
    }
    String forgotten = login.end(request);
    return CompletableFuture.completedFuture(
        answer(login.stranger()).withHeader("Set-Cookie", forgotten));
  }

  private static String key(byte[] body) {
    try {
      JsonNode json = Json.MAPPER.readTree(body);
      JsonNode key = json == null ? null : json.get("key");
      if (key != null && key.isTextual() && json.size() == 1) {
        return key.textValue().strip();
      }
    } catch (IOException e) {
      // Its words could repeat the key.
    }
    throw Problem.of(ProblemKind.BODY_MALFORMED, "the body must be {\"key\": \"psk_...\"}");
  }

  private record SessionAnswer(
      boolean loginRequired, boolean providerLogin, String actor, List<String> scopes) {}

  private Answer answer(Principal who) {
    return Answer.json(
        200,
        new SessionAnswer(
            login.needsLogin(),
            provider != null,
            who.producer(),
            who.scopes().stream()
                .filter(scope -> scope.compareTo(Scope.VIEW) >= 0)
                .sorted()
                .map(Scope::label)
                .toList()));
  }
}

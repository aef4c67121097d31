package io.pairstream.service.http;

import io.pairstream.schemas.Threads;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * Takes a request from its head to its handler: route, caller, media type, size, quota, body.
 * Everything up to the body is decided on the server's own threads and waits for nothing.
 */
final class Dispatch extends org.eclipse.jetty.server.Handler.Abstract.NonBlocking {

  private final ServerSettings settings;
  private final Router router;
  private final Authenticator authenticator;
  private final Quota quota;
  private final BiConsumer<String, HttpFields> callers;
  private final Workers workers;
  private final HeadDeadline heads;
  private final SharedBudget budget;
  private final SharedBudget streams;

  Dispatch(
      ServerSettings settings,
      Router router,
      Authenticator authenticator,
      Quota quota,
      BiConsumer<String, HttpFields> callers,
      Workers workers,
      HeadDeadline heads) {
    this.settings = settings;
    this.router = router;
    this.authenticator = authenticator;
    this.quota = quota;
    this.callers = callers;
    this.workers = workers;
    this.heads = heads;
    this.budget = new SharedBudget(settings.bodyBytesInFlight());
    this.streams = new SharedBudget(settings.maxStreams());
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    Connection connection = request.getConnectionMetaData().getConnection();
    heads.headCame(connection);
    Request.addCompletionListener(request, failure -> heads.await(connection));
    Exchange exchange = new Exchange(request, response, callback);
    guarded(exchange, () -> take(exchange)).run();
    return true;
  }

  private static Runnable guarded(Exchange exchange, Runnable task) {
    return () -> {
      try {
        task.run();
      } catch (RuntimeException | Error e) {
        exchange.fail(e);
      }
    };
  }

  private void take(Exchange exchange) {
    Request request = exchange.request();
    callers.accept(request.getMethod(), request.getHeaders());
    String path = request.getHttpURI().getCanonicalPath();
    if (path == null || !path.startsWith("/")) {
      throw Problem.badRequest("the request names no path that begins with /");
    }
    Router.Match match = router.find(request.getMethod(), path);
    Route route = match.route();
    Incoming incoming =
        new Incoming(
            route.method(),
            request.getHttpURI().getPath(),
            match.parameters(),
            query(request),
            request.getHeaders(),
            Principal.NONE,
            Request.getRemoteAddr(request));
    if (route.access() != Access.OPEN) {
      incoming = authorized(incoming, route.access());
      route.requireQuery(incoming);
    }
    if (route.method() == Route.Method.POST) {
      route.requireBody(incoming, request.getLength());
      quota.admit(incoming, request.getLength());
    }
    Optional<ReadLimit> limit = limit(route);
    if (limit.isPresent()) {
      handInTurn(incoming, route, exchange, limit.get());
    } else {
      hand(incoming, route, exchange);
    }
  }

  private Optional<ReadLimit> limit(Route route) {
    boolean isLight =
        route.method() != Route.Method.GET
            || route.access() == Access.OPEN
            || route.handler() instanceof Handler.Quick;
    return isLight ? Optional.empty() : quota.reads(route);
  }

  /**
   * Handles the request within the caller's read limit; a slowly read answer holds its place until
   * it is sent.
   */
  private void handInTurn(Incoming incoming, Route route, Exchange exchange, ReadLimit limit) {
    Principal principal = incoming.principal();
    limit.enter(
        principal,
        () -> {
          Request.addCompletionListener(exchange.request(), failure -> limit.leave(principal));
          guarded(exchange, () -> hand(incoming, route, exchange)).run();
        });
  }

  private Incoming authorized(Incoming incoming, Access access) {
    Principal principal = authenticator.authenticate(incoming);
    Optional<Scope> missing =
        access.scopeBeforehand().filter(scope -> !principal.scopes().contains(scope));
    if (missing.isPresent()) {
      throw Problem.lacking(missing.get());
    }
    return incoming.withPrincipal(principal);
  }

  private void hand(Incoming incoming, Route route, Exchange exchange) {
    if (route.handler() instanceof Handler.Quick quick) {
      if (quick instanceof Handler.Health) {
        workers.requireProgress();
      }
      exchange.send(quick.answer(incoming));
    } else if (route.handler() instanceof Handler.Whole whole) {
      if (route.method() == Route.Method.POST) {
        readWhole(incoming, route, whole, exchange);
      } else {
        work(incoming, whole, new byte[0], exchange);
      }
    } else if (route.handler() instanceof Handler.Streamed streamed) {
      stream(incoming, streamed, exchange);
    }
  }

  private void readWhole(Incoming incoming, Route route, Handler.Whole handler, Exchange exchange) {
    WholeBody body =
        new WholeBody(
            exchange.request(),
            budget,
            incoming.principal().producer(),
            route.maxBodyBytes(),
            new Pace(settings.bodyGrace(), settings.minBytesPerSecond()),
            bytes -> {
              quota.charge(incoming.principal(), 1, bytes.length);
              work(incoming, handler, bytes, exchange);
            },
            exchange::fail);
    // Until it is answered, a handler may still hold the body.
    Request.addCompletionListener(exchange.request(), failure -> body.giveBack());
    body.run();
  }

  private void work(Incoming incoming, Handler.Whole handler, byte[] body, Exchange exchange) {
    Scheduler.Task deadline =
        exchange
            .request()
            .getComponents()
            .getScheduler()
            .schedule(
                () -> exchange.send(tooLate()),
                settings.answerTimeout().toMillis(),
                TimeUnit.MILLISECONDS);
    Request.addCompletionListener(exchange.request(), failure -> deadline.cancel());
    try {
      workers.execute(guarded(exchange, () -> answer(incoming, handler, body, exchange)));
    } catch (RejectedExecutionException e) {
      exchange.fail(tooMany("requests"));
    }
  }

  private static void answer(
      Incoming incoming, Handler.Whole handler, byte[] body, Exchange exchange) {
    var unused =
        handler
            .answer(incoming, body)
            .whenComplete(
                (answer, failure) -> {
                  if (failure == null) {
                    exchange.send(answer);
                  } else {
                    exchange.fail(failure);
                  }
                });
  }

  private void stream(Incoming incoming, Handler.Streamed handler, Exchange exchange) {
    String producer = incoming.principal().producer();
    if (!streams.take(producer, 1)) {
      throw tooMany("streamed bodies");
    }
    Pace pace = new Pace(settings.bodyGrace(), settings.minBytesPerSecond());
    PacedInput body = new PacedInput(Content.Source.asInputStream(exchange.request()), pace);
    // Silence is the client's only while we wait for it.
    exchange.request().addIdleTimeoutListener(silence -> body.isReading());
    Threads.daemon(
            "http-stream",
            () -> {
              try {
                run(incoming, handler, body, exchange);
              } finally {
                streams.giveBack(producer, 1);
              }
            })
        .start();
  }

  private void run(
      Incoming incoming, Handler.Streamed handler, PacedInput body, Exchange exchange) {
    OutputStream[] out = new OutputStream[1];
    try {
      handler.answer(
          incoming,
          body,
          (status, mediaType, headers) -> {
            if (!exchange.begin()) {
              throw new IllegalStateException("the answer was begun before");
            }
            exchange.head(status, mediaType, headers);
            out[0] =
                body.answer(
                    Response.asBufferedOutputStream(exchange.request(), exchange.response()));
            return out[0];
          });
      if (out[0] == null) {
        throw new IllegalStateException(incoming + " gets no answer");
      }
      out[0].close();
      exchange.succeeded();
    } catch (IOException | RuntimeException | Error e) {
      exchange.fail(e);
    }
  }

  private Problem tooLate() {
    return Problem.overloaded(
        "there is no answer within %d s; what was asked for may still be done"
            .formatted(settings.answerTimeout().toSeconds()));
  }

  private static Problem tooMany(String what) {
    return Problem.overloaded("too many " + what + " are under way; come again later");
  }

  private static Map<String, List<String>> query(Request request) {
    try {
      return Request.extractQueryParameters(request).toMultiMap();
    } catch (RuntimeException e) {
      throw Problem.badRequest("the query is not percent-encoded UTF-8");
    }
  }
}

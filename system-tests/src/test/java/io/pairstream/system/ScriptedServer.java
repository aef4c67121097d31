package io.pairstream.system;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.service.http.Answer;
import io.pairstream.service.http.Authenticator;
import io.pairstream.service.http.Quota;
import io.pairstream.service.http.Route;
import io.pairstream.service.http.Router;
import io.pairstream.service.http.ServerSettings;
import io.pairstream.service.http.WebServer;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A server of ours with a page of ours, before answers that a test makes up. */
abstract class ScriptedServer implements AutoCloseable {

  private WebServer server;

  abstract List<Route> routes();

  abstract Authenticator authenticator();

  /** Whether it takes who says nothing of who it is. */
  boolean takesAnybody() {
    return true;
  }

  final void open(int port) throws IOException {
    server =
        new WebServer(
            ServerSettings.of("127.0.0.1", port, null),
            new Router(routes()),
            authenticator(),
            Quota.UNLIMITED,
            takesAnybody());
    server.start();
  }

  final String address() {
    return "http://127.0.0.1:" + server.port();
  }

  /** Closes, as a service does that is restarted, until it is opened again on the same port. */
  final int interrupt() {
    int port = server.port();
    server.close();
    return port;
  }

  static CompletionStage<Answer> json(JsonNode json) {
    return CompletableFuture.completedFuture(Answer.json(200, json));
  }

  @Override
  public void close() {
    server.close();
  }
}

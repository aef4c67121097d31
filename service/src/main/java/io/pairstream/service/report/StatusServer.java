package io.pairstream.service.report;

import io.pairstream.service.http.Access;
import io.pairstream.service.http.Authenticator;
import io.pairstream.service.http.HealthRoutes;
import io.pairstream.service.http.Quota;
import io.pairstream.service.http.Route;
import io.pairstream.service.http.Router;
import io.pairstream.service.http.ServerSettings;
import io.pairstream.service.http.WebServer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Health and metrics of a service that has no other HTTP: {@code /health/live}, {@code
 * /health/ready} and {@code /metrics}, for whoever reaches the port.
 */
public final class StatusServer implements AutoCloseable {

  private final WebServer server;

  /**
   * @param host address to listen on
   * @param port port to listen on; 0 for any
   */
  public StatusServer(SelfReport report, String host, int port) {
    List<Route> routes = new ArrayList<>(new HealthRoutes(List.of(report::notReady)).routes());
    routes.add(metrics(report, Access.OPEN));
    ServerSettings settings = ServerSettings.of(host, port);
    server =
        new WebServer(
            settings, new Router(routes), Authenticator.NONE, Quota.UNLIMITED, settings.isLocal());
  }

  /** {@code GET /metrics} of a process. */
  public static Route metrics(SelfReport report, Access access) {
    return PrometheusText.route(access, List.of(text -> StatusMetrics.write(report.now(), text)));
  }

  /**
   * Begins to listen.
   *
   * @throws IOException where the address cannot be listened on
   */
  public void start() throws IOException {
    server.start();
  }

  /** The port that is listened on. */
  public int port() {
    return server.port();
  }

  @Override
  public void close() {
    server.close();
  }
}

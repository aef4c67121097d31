package io.pairstream.service.http;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.AbstractConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.server.handler.StatisticsHandler;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP server.
 *
 * <p>A client that is slow or silent holds a connection and no thread, except while it sends a
 * streamed body, of which there are few at once. Closing lets requests under way end first.
 */
public final class WebServer implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(WebServer.class);

  private static final int MAX_SERVER_THREADS = 16;

  /** How long browsers come back by https alone (RFC 6797). */
  private static final Duration HTTPS_ALONE = Duration.ofDays(30);

  /** Time between two looks at a certificate's files. */
  private static final Duration CERTIFICATE_LOOKS = Duration.ofSeconds(1);

  private final ServerSettings settings;
  private final Server server;
  private final ServerConnector connector;
  private final Workers workers;
  private final Router router;
  private final HeadDeadline heads;
  private final RenewedCertificate certificate;
  private final StatisticsHandler traffic;

  /**
   * @param router all routes
   * @param quota what may be sent and read
   * @param localOnly whether only this machine's programs and the service's own page may come, as
   *     where no keys are asked for
   */
  public WebServer(
      ServerSettings settings,
      Router router,
      Authenticator authenticator,
      Quota quota,
      boolean localOnly) {
    this.settings = settings;
    int threads = Math.max(4, Runtime.getRuntime().availableProcessors());
    workers = new Workers(threads, ServerSettings.QUEUED_REQUESTS, settings.answerTimeout());
    QueuedThreadPool serverThreads = new QueuedThreadPool(MAX_SERVER_THREADS, 4);
    serverThreads.setName("http");
    server = new Server(serverThreads);
    certificate =
        settings.certificate() == null
            ? null
            : new RenewedCertificate(settings.certificate(), CERTIFICATE_LOOKS);
    HttpConfiguration configuration = configuration();
    if (certificate != null) {
      SecureRequestCustomizer tls = new SecureRequestCustomizer(false); // probes name an address
      tls.setStsMaxAge(settings.isLocal() ? -1 : HTTPS_ALONE.toSeconds());
      configuration.addCustomizer(tls);
    }
    HttpConnectionFactory http = new HttpConnectionFactory(configuration);
    SslContextFactory.Server keys = certificate == null ? null : certificate.tls();
    connector =
        new ServerConnector(server, 1, 1, AbstractConnectionFactory.getFactories(keys, http));
    connector.setHost(settings.host());
    connector.setPort(settings.port());
    connector.setIdleTimeout(settings.idleTimeout().toMillis());
    connector.setAcceptQueueSize(1024);
    connector.setShutdownIdleTimeout(1000);
    heads = new HeadDeadline(settings.headTimeout());
    connector.addBean(heads);
    server.addConnector(connector);
    server.addBean(new NetworkConnectionLimit(ServerSettings.MAX_CONNECTIONS, connector));
    this.router = router;
    Dispatch dispatch =
        new Dispatch(
            settings,
            router,
            authenticator,
            quota,
            localOnly
                ? new LocalCallers(certificate == null ? "http" : "https", connector::getLocalPort)
                : (method, headers) -> {},
            workers,
            heads);
    traffic = new StatisticsHandler(dispatch);
    server.setHandler(new GracefulHandler(traffic));
    server.setErrorHandler(new ProblemPages());
    server.setStopTimeout(ServerSettings.DRAIN_TIMEOUT.toMillis());
  }

  /**
   * Begins to listen.
   *
   * @throws IOException where the address cannot be listened on
   */
  public void start() throws IOException {
    try {
      server.start();
    } catch (IOException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("the HTTP server does not start", e);
    }
  }

  /** The port that is listened on. */
  public int port() {
    return connector.getLocalPort();
  }

  /** Where others reach the server: by this machine's own address where it listens on all. */
  public String url() {
    return settings.url(port());
  }

  /** All routes. */
  public List<Route> routes() {
    return router.routes();
  }

  /** How many requests were answered so far, by class of the status code. */
  public Map<String, Integer> traffic() {
    return Map.of(
        "2xx", traffic.getResponses2xx(),
        "3xx", traffic.getResponses3xx(),
        "4xx", traffic.getResponses4xx(),
        "5xx", traffic.getResponses5xx());
  }

  /** Stops to listen, and waits for requests under way, for a while. */
  @Override
  public void close() {
    if (traffic.getRequestsActive() == 0) {
      connector.setShutdownIdleTimeout(1); // only idle connections are left
    }
    try {
      server.stop();
    } catch (TimeoutException e) {
      LOG.warn("requests under way did not end in time, and were cut off");
    } catch (Exception e) {
      throw new IllegalStateException("the HTTP server does not stop", e);
    } finally {
      workers.shutdown();
      heads.close();
      if (certificate != null) {
        certificate.close();
      }
    }
  }

  private static HttpConfiguration configuration() {
    HttpConfiguration configuration = new HttpConfiguration();
    configuration.setSendServerVersion(false);
    configuration.setRequestHeaderSize(ServerSettings.MAX_HEAD_BYTES);
    configuration.setUriCompliance(UriCompliance.RFC3986);
    return configuration;
  }
}

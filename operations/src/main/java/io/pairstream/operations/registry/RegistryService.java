package io.pairstream.operations.registry;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.service.http.Authenticator;
import io.pairstream.service.http.Quota;
import io.pairstream.service.http.Route;
import io.pairstream.service.http.Router;
import io.pairstream.service.http.ServerSettings;
import io.pairstream.service.http.WebServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A schema registry that keeps its schemas in Kafka. Thread-safe. */
public final class RegistryService implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(RegistryService.class);

  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final SchemaLog log;
  private final WebServer server;

  private RegistryService(SchemaLog log, WebServer server) {
    this.log = log;
    this.server = server;
  }

  /**
   * Waits for Kafka, reads all schemas, and listens.
   *
   * @param credentialFile whose credential registers schemas; made where there is none
   * @throws IOException where the file cannot be used, or the address cannot be listened on
   */
  public static RegistryService start(
      ClusterAccess cluster, ServerSettings settings, Path credentialFile)
      throws IOException, InterruptedException {
    RegistryCredential credential = RegistryCredential.ofFile(credentialFile);
    SchemaLog log = openWithLongTimeouts(cluster);
    List<Route> routes = new ArrayList<>(Route.health(List.of()));
    routes.addAll(new RegistryRoutes(log, credential).routes());
    WebServer server =
        new WebServer(
            settings, new Router(routes), Authenticator.NONE, Quota.UNLIMITED, settings.isLocal());
    RegistryService service = new RegistryService(log, server);
    try {
      server.start();
    } catch (IOException e) {
      service.close();
      throw e;
    }
    LOG.info("{} versions of schemas are known", log.all().size());
    return service;
  }

  private static SchemaLog openWithLongTimeouts(ClusterAccess cluster) throws InterruptedException {
    while (true) {
      try {
        return SchemaLog.open(cluster);
      } catch (KafkaException e) {
        LOG.warn("schemas cannot be read yet: {}", e.getMessage());
        TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
      }
    }
  }

  /** The port that is listened on. */
  public int port() {
    return server.port();
  }

  @Override
  public void close() {
    server.close();
    log.close();
  }
}

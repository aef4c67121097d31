package io.pairstream.ingest.door;

import io.pairstream.operations.PatientServer;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.service.Cluster;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** An ingest service in a process of its own, which can be killed. */
final class IngestProcess implements AutoCloseable {

  private final Process process;
  private final int port;

  /** Starts the service and waits until it listens. */
  IngestProcess(Cluster cluster, Path stateDirectory, Duration lease) throws IOException {
    process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx256m",
                    "-XX:TieredStopAtLevel=1",
                    "-cp",
                    System.getProperty("java.class.path"),
                    IngestProcess.class.getName(),
                    cluster.bootstrapServers(),
                    cluster.dataset().name(),
                    stateDirectory.toString(),
                    lease.toString()))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String line = out.readLine();
    while (line != null && !line.startsWith("port ")) {
      line = out.readLine();
    }
    if (line == null) {
      throw new IOException("the service's process ended before it listened");
    }
    port = Integer.parseInt(line.substring("port ".length()));
  }

  int port() {
    return port;
  }

  /** Ends the process at once, as {@code kill -9} does, and waits until it is gone. */
  @Override
  public void close() {
    process.destroyForcibly();
    try {
      if (!process.waitFor(5, TimeUnit.MINUTES)) {
        throw new IllegalStateException("the process does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  public static void main(String[] arguments) throws Exception {
    Cluster cluster = DoorCluster.cluster(arguments[0], new Dataset(arguments[1]));
    DoorCluster.register(cluster);
    IngestService service =
        new IngestService(
            cluster,
            IngestSettings.of(PatientServer.settings(), true, Path.of(arguments[2]))
                .withLease(Duration.parse(arguments[3])));
    service.start();
    System.out.println("port " + service.port());
    Thread parent =
        new Thread(
            () -> {
              // Nothing of the test outlives it.
              ProcessHandle.current().parent().ifPresent(handle -> handle.onExit().join());
              Runtime.getRuntime().halt(0);
            },
            "parent");
    parent.setDaemon(true);
    parent.start();
    service.fault().join();
  }
}

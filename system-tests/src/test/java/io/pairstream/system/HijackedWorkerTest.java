package io.pairstream.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.drawing.DrawnPairs;
import io.pairstream.image.sandbox.WorkerSettings;
import io.pairstream.ingest.publish.PairPublisher;
import io.pairstream.preprocess.run.PreprocessService;
import io.pairstream.preprocess.run.PreprocessSettings;
import io.pairstream.schemas.RawPair;
import io.pairstream.service.Cluster;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.TestCluster;
import io.pairstream.testing.Await;
import io.pairstream.tools.audit.Audit;
import io.pairstream.tools.audit.AuditReport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Pictures that take their worker over, and with it answer what they like, are rejected with their
 * original; the pairs before and behind them are published, and the service lives.
 */
@Timeout(900)
class HijackedWorkerTest {

  @RegisterExtension static final TestCluster CLUSTER = new TestCluster();

  /** Answers that {@code LyingWorker} can be ordered to give; the first two ended the service. */
  private static final List<String> ORDERS =
      List.of("LIE:large", "LIE:no-measures", "LIE:withdrawn", "LIE:html", "LIE:size");

  /** Orders to answer honestly once, and to lie of whatever follows. */
  private static final List<String> LATER_ORDERS =
      List.of("LIE-LATER:file-before", "LIE-LATER:forbidden", "LIE-LATER:ahead");

  private static final int GOOD = 9;

  @TempDir private Path folder;

  @Test
  void onePictureThatTakesItsWorkerOverCostsOnePair() throws Exception {
    ClusterAccess access = CLUSTER.datasetOfAllTopics(1);
    Cluster cluster = CLUSTER.cluster(access, Map.of());
    List<byte[]> files = jpegs(44, ORDERS.size() + LATER_ORDERS.size() + GOOD);
    try (PairPublisher publisher = RunningPlatform.publisher(access)) {
      int next = 0;
      for (String order : ORDERS) {
        send(publisher, files.get(next++), "");
        send(publisher, files.get(next++), order);
      }
      for (String order : LATER_ORDERS) {
        send(publisher, files.get(next++), order);
        send(publisher, files.get(next++), "");
      }
      send(publisher, files.get(next++), "");
    }

    WorkerSettings workers =
        WorkerSettings.of(classPath(folder), 1)
            .withLimits(Duration.ofSeconds(20), Duration.ofMinutes(10));
    try (PreprocessService service =
        new PreprocessService(
            new PreprocessSettings(cluster, "demo", folder.resolve("state"), 1, workers))) {
      Await.until(
          files.size() + " inputs are decided",
          Duration.ofMinutes(12),
          () -> service.hasEnded() || new Audit(access).run().inputs() == files.size(),
          () -> new Audit(access).run());
      assertThat(service.hasEnded()).isFalse();
    }

    AuditReport report = new Audit(access, Duration.ofMinutes(1)).run();
    assertThat(report.details()).isEmpty();
    assertThat(RunningPlatform.quarantine(access))
        .isEqualTo(Map.of("DECODER_CRASH", (long) ORDERS.size()));
  }

  /** A class path for workers on which the liar is found where the worker is sought. */
  private static String classPath(Path folder) throws IOException {
    Path classes = Files.createDirectory(folder.resolve("classes"));
    Path source = classes.resolve("WorkerMain.java");
    Files.writeString(
        source,
        """
        package io.pairstream.image.worker.process;

        public final class WorkerMain {
          public static void main(String[] args) throws Exception {
            LyingWorker.main(args);
          }
        }
        """);
    String liar =
        System.getProperty("pairstream.project.dir") + "/image-worker/target/test-classes";
    int status =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-cp", liar, "-d", classes.toString(), source.toString());
    assertThat(status).isZero();
    return String.join(
        ":", classes.toString(), liar, System.getProperty("pairstream.worker.classpath"));
  }

  /** JPEG files, all different and good. */
  static List<byte[]> jpegs(long seed, int count) {
    DrawnPairs pairs = new DrawnPairs(seed, 0.0);
    return LongStream.iterate(0, i -> i + 1)
        .mapToObj(i -> RunningPlatform.submitted(pairs, i))
        .map(RunningPlatform::image)
        .filter(file -> (file[0] & 0xFF) == 0xFF)
        .limit(count)
        .toList();
  }

  private static void send(PairPublisher publisher, byte[] file, String order) {
    publisher.publish(pair(file, order)).join();
  }

  /** A pair with an order to its worker behind the picture. */
  static RawPair pair(byte[] file, String order) {
    byte[] trailer = order.getBytes(StandardCharsets.US_ASCII);
    return RawPair.newBuilder()
        .setImage(ByteBuffer.allocate(file.length + trailer.length).put(file).put(trailer).flip())
        .setCaption("A picture that may do anything.")
        .setLanguage("en")
        .build();
  }
}

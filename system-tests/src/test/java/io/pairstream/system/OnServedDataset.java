package io.pairstream.system;

import io.pairstream.ingest.publish.PairPublisher;
import io.pairstream.registry.RegistryCredential;
import io.pairstream.registry.RegistryService;
import io.pairstream.service.Cluster;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.http.ServerSettings;
import io.pairstream.testing.TestDataset;
import io.pairstream.testing.TestKafka;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Tests of processes on a data set of their own, with a registry that they ask. */
abstract class OnServedDataset {

  @RegisterExtension static final TestKafka KAFKA = new TestKafka();

  @TempDir Path folder;

  /** The data set that processes work on, which has no topics yet. */
  TestDataset dataset;

  ClusterAccess access;

  private RegistryService registry;
  private final List<PairstreamProcess> processes = new ArrayList<>();

  @BeforeEach
  void serve() throws Exception {
    TestDataset empty = KAFKA.emptyDataset();
    Path credential = folder.resolve(RegistryCredential.FILE_NAME);
    registry =
        RegistryService.start(
            access(empty, "", Map.of()), ServerSettings.of("127.0.0.1", 0, null), credential);
    access =
        access(
            empty,
            "http://127.0.0.1:" + registry.port(),
            RegistryCredential.read(credential).clientSettings());
    dataset = TestDataset.of(access.dataset(), access.registry(), access.clientSettings());
  }

  private static ClusterAccess access(
      TestDataset of, String registry, Map<String, String> registrySettings) {
    return new ClusterAccess(
        new Cluster(
            of.bootstrapServers(), registry, of.dataset(), TestDataset.SETTINGS, registrySettings));
  }

  @AfterEach
  void endAll() {
    processes.forEach(PairstreamProcess::close);
    registry.close();
  }

  /** A publisher of crowdsourced pairs; the caller closes it. */
  final PairPublisher publisher() {
    return RunningPlatform.publisher(access);
  }

  /** Starts a command on the data set, which ends with the test. */
  final PairstreamProcess start(String command, Object... arguments) throws IOException {
    PairstreamProcess process =
        PairstreamProcess.start(
            folder.resolve("process-" + processes.size() + ".log"),
            PairstreamProcess.builder(words(command, arguments)));
    processes.add(process);
    return process;
  }

  /** Runs a command in this process to its end, which must be a good one; what it prints. */
  final String run(String command, Object... arguments) {
    return GuardedPlatform.done(words(command, arguments));
  }

  private List<String> words(String command, Object... arguments) {
    return Stream.concat(
            PairstreamProcess.words(command, arguments).stream(),
            Stream.of(
                "--bootstrap-servers",
                dataset.bootstrapServers(),
                "--schema-registry",
                access.registry().addresses(),
                "--dataset",
                dataset.dataset().name()))
        .toList();
  }

  /** All that processes have said. */
  final List<String> said() {
    return processes.stream().map(PairstreamProcess::said).toList();
  }
}

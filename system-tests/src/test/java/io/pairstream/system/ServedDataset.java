package io.pairstream.system;

import io.pairstream.ingest.publish.PairPublisher;
import io.pairstream.registry.RegistryCredential;
import io.pairstream.registry.RegistryService;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.service.Cluster;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.http.ServerSettings;
import io.pairstream.testing.TestDataset;
import io.pairstream.testing.TestKafka;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A new data set without topics, with a registry that processes can ask. */
final class ServedDataset implements AutoCloseable {

  private final RegistryService registry;
  private final Path credential;
  private final ClusterAccess access;

  /**
   * @param folder where the registry's credential is kept
   */
  ServedDataset(TestKafka kafka, Path folder) throws IOException, InterruptedException {
    TestDataset empty = kafka.emptyDataset();
    Cluster cluster =
        new Cluster(empty.bootstrapServers(), "", empty.dataset(), TestDataset.SETTINGS, Map.of());
    credential = folder.resolve(RegistryCredential.FILE_NAME);
    registry =
        RegistryService.start(
            new ClusterAccess(cluster), ServerSettings.of("127.0.0.1", 0), credential);
    access =
        new ClusterAccess(
            new Cluster(
                empty.bootstrapServers(),
                "http://127.0.0.1:" + registry.port(),
                empty.dataset(),
                TestDataset.SETTINGS,
                RegistryCredential.read(credential).clientSettings()));
  }

  ClusterAccess access() {
    return access;
  }

  /** File of the credential with which commands register schemas. */
  Path credential() {
    return credential;
  }

  TestDataset dataset() {
    return dataset(access.dataset());
  }

  /** Another data set on the same broker. */
  TestDataset dataset(Dataset other) {
    return TestDataset.of(other, access.registry(), access.clientSettings());
  }

  /** A publisher of crowdsourced pairs; the caller closes it. */
  PairPublisher publisher() {
    return RunningPlatform.publisher(access);
  }

  /** A process that works on a data set; the caller closes it. */
  PairstreamProcess process(Path log, Dataset worksOn, List<String> command) throws IOException {
    return PairstreamProcess.start(log, PairstreamProcess.builder(words(worksOn, command)));
  }

  /** Runs a command in this process to its end, which must be a good one; what it prints. */
  String run(Dataset worksOn, List<String> command) {
    return GuardedPlatform.done(words(worksOn, command));
  }

  private List<String> words(Dataset worksOn, List<String> command) {
    return Stream.concat(
            command.stream(),
            Stream.of(
                "--bootstrap-servers",
                dataset().bootstrapServers(),
                "--schema-registry",
                access.registry().addresses(),
                "--dataset",
                worksOn.name()))
        .toList();
  }

  @Override
  public void close() {
    registry.close();
  }
}

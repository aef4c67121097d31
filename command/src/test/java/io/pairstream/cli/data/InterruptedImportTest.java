package io.pairstream.cli.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cli.Ended;
import io.pairstream.cli.Main;
import io.pairstream.cli.OnCluster;
import io.pairstream.platform.TestJava;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.service.cluster.TestCluster;
import io.pairstream.testing.Await;
import io.pairstream.testing.TestDataset;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Imports that a signal ends, in processes of their own. */
class InterruptedImportTest extends OnCluster {

  private static final int PARTITIONS = 1;
  private static final int ROWS = 600;
  private static final List<String> CAPTIONS =
      IntStream.range(0, ROWS).mapToObj(i -> "caption " + i).toList();

  InterruptedImportTest() {
    super(PARTITIONS);
  }

  @Test
  void theSameCommandGoesOnExactlyBehindASignal() throws Exception {
    Path list = list();

    for (String signal :
        TestJava.interruptsAreIgnored() ? List.of("TERM") : List.of("INT", "TERM")) {
      Process process = startAndAwaitNote(list);
      signal(signal, process);
      int status = process.waitFor();
      String said = Files.readString(folder.resolve("import.log"));

      assertThat(status).as(said).isEqualTo(signal.equals("INT") ? 130 : 143);
      assertThat(said)
          .containsPattern("(?m)^[\\d,]+ published, 0 problems in ")
          .contains("interrupted: all that was sent is acknowledged; the same command goes on");
    }
    Process last = start(list, folder.resolve("state.jsonl"));

    assertThat(last.waitFor()).as(Files.readString(folder.resolve("import.log"))).isZero();
    assertThat(published()).containsExactlyElementsOf(CAPTIONS);
  }

  @Test
  void aKilledImportLosesNothingAndGoesOnBehindWhatWasNoted() throws Exception {
    Path list = list();
    for (int kill = 0; kill < 2; kill++) {
      Process process = startAndAwaitNote(list);
      assertThat(process.isAlive()).as("it is killed on its way").isTrue();
      process.destroyForcibly().waitFor();
    }
    Process last = start(list, folder.resolve("state.jsonl"));

    assertThat(last.waitFor()).as(Files.readString(folder.resolve("import.log"))).isZero();
    assertThat(Files.readString(folder.resolve("import.log"))).contains("goes on behind entry ");
    assertThat(published()).containsAll(CAPTIONS).hasSizeLessThan(3 * ROWS);
  }

  private Path list() throws IOException {
    // Large enough that the import takes a while.
    Files.write(folder.resolve("x.png"), new byte[300_000]);
    return Files.write(
        folder.resolve("list.jsonl"),
        CAPTIONS.stream()
            .map(caption -> "{\"file\": \"x.png\", \"caption\": \"" + caption + "\"}")
            .toList());
  }

  /** Starts the import, and returns once it has noted more than before or ended. */
  private Process startAndAwaitNote(Path list) throws Exception {
    Path state = folder.resolve("state.jsonl");
    long before = Files.exists(state) ? Files.size(state) : 0;
    Process process = start(list, state);
    while (process.isAlive() && (!Files.exists(state) || Files.size(state) == before)) {
      Await.pause();
    }
    return process;
  }

  private List<String> published() {
    return TestCluster.committedValues(cluster, cluster.topics().crowdsourced()).stream()
        .map(RawPair::getCaption)
        .toList();
  }

  /** Nothing judges pairs here, so that the wait has no end. */
  @Test
  @Tag("full")
  void whatEndsTheWaitTakesNothingOfWhatWasSentWithIt() throws Exception {
    Path list = Files.writeString(folder.resolve("list.csv"), "x.png,one\nx.png,two\n");
    Files.write(folder.resolve("x.png"), new byte[10]);
    Path log = folder.resolve("import.log");
    String data = "--data-dir=" + folder.resolve("data");

    for (String sent : List.of("2 published, 0 problems", "0 published, 0 problems")) {
      Process process = start(list, "--wait", data);
      Await.until(
          "the wait begins",
          () -> Files.readString(log).contains(sent + "; now they are judged"),
          () -> log);
      signal("TERM", process);
      assertThat(process.waitFor()).as(Files.readString(log)).isEqualTo(143);
    }
    assertThat(TestCluster.committedValues(cluster, cluster.topics().crowdsourced())).hasSize(2);
  }

  @Test
  void anImportThatHasSentNothingSaysSo() throws Exception {
    Files.writeString(folder.resolve("x.png"), "an image");
    Path list = Files.writeString(folder.resolve("list.csv"), "x.png,one\n");
    Path log = folder.resolve("import.log");
    try (ServerSocket mute = new ServerSocket(0, 9, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + mute.getLocalPort();
      Process process =
          TestJava.command(
                  Main.class,
                  "import",
                  list.toString(),
                  "--data-dir=" + folder.resolve("data"),
                  "--bootstrap-servers=" + address,
                  "--schema-registry=http://" + address)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      Socket asked = mute.accept();
      process.destroy();
      assertThat(process.waitFor()).as(Files.readString(log)).isEqualTo(143);
      asked.close();
    }

    assertThat(Files.readString(log))
        .contains("interrupted before anything was sent; run the same command again");
  }

  private Process start(Path list, Path state) throws IOException {
    return start(list, "--resume=" + state, "--data-dir=" + folder.resolve("data"));
  }

  private Process start(Path list, String... options) throws IOException {
    return TestJava.command(
            Importing.class,
            "import",
            list.toString(),
            options[0],
            options[1],
            "--bootstrap-servers=" + KAFKA.bootstrapServers(),
            "--schema-registry=" + cluster.registry().addresses(),
            "--dataset=" + cluster.dataset().name(),
            "--config=" + Ended.PATIENT_CLIENTS)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("import.log").toFile())
        .start();
  }

  private static void signal(String name, Process process)
      throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid()))
        .inheritIO()
        .start()
        .waitFor();
  }

  /** The command in a process whose registry has the schemas: such a registry is a process's. */
  static final class Importing {

    private Importing() {}

    public static void main(String[] arguments) {
      String name =
          List.of(arguments).stream()
              .filter(word -> word.startsWith("--dataset="))
              .findFirst()
              .orElseThrow()
              .substring("--dataset=".length());
      Dataset dataset = new Dataset(name);
      TestDataset of = TestDataset.of("unused", "mock://" + name, dataset);
      new TopicCatalogue(dataset, PARTITIONS)
          .topics()
          .forEach(
              topic ->
                  topic
                      .valueSchema()
                      .ifPresent(
                          schema -> of.registry().register(topic.name() + "-value", schema)));
      Main.main(arguments);
    }
  }
}

package io.pairstream.system;

import io.pairstream.testing.TestDataset;
import io.pairstream.testing.TestKafka;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Tests of processes on a data set of their own, with a registry that they ask. */
abstract class OnServedDataset {

  @RegisterExtension static final TestKafka KAFKA = new TestKafka();

  @TempDir Path folder;
  ServedDataset served;

  /** The data set that processes work on. */
  TestDataset dataset;

  private final List<PairstreamProcess> processes = new ArrayList<>();

  @BeforeEach
  void serve() throws Exception {
    served = new ServedDataset(KAFKA, folder);
    dataset = served.dataset();
  }

  @AfterEach
  void endAll() {
    processes.forEach(PairstreamProcess::close);
    served.close();
  }

  /** Starts a command on the data set, which ends with the test. */
  final PairstreamProcess start(String command, Object... arguments) throws IOException {
    PairstreamProcess process =
        served.process(
            folder.resolve("process-" + processes.size() + ".log"),
            dataset.dataset(),
            PairstreamProcess.words(command, arguments));
    processes.add(process);
    return process;
  }

  /** All that processes have said. */
  final List<String> said() {
    return processes.stream().map(PairstreamProcess::said).toList();
  }
}

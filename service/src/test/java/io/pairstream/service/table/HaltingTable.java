package io.pairstream.service.table;

import io.pairstream.testing.TestDataset;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** A table in a process of its own, which ends between two records as {@code kill -9} does. */
final class HaltingTable {

  private static final int HALTED = 99;

  private HaltingTable() {}

  /** Runs one, and returns once it has ended after so many records. */
  static void run(TestDataset cluster, String topic, Path folder, int records)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx256m",
                    "-XX:TieredStopAtLevel=1",
                    "-cp",
                    System.getProperty("java.class.path"),
                    HaltingTable.class.getName(),
                    cluster.clientSettings().get("bootstrap.servers").toString(),
                    topic,
                    folder.toString(),
                    String.valueOf(records)))
            .inheritIO()
            .start();
    try {
      if (!process.waitFor(5, TimeUnit.MINUTES)) {
        throw new IllegalStateException("the process does not end");
      }
    } finally {
      process.destroyForcibly();
    }
    if (process.exitValue() != HALTED) {
      throw new IllegalStateException(
          "the process saw fewer than " + records + " records: " + process.exitValue());
    }
  }

  public static void main(String[] arguments) {
    Counted counted = new Counted(arguments[1]);
    int[] left = {Integer.parseInt(arguments[3])};
    Aggregate halting =
        new Aggregate() {

          @Override
          public String name() {
            return counted.name();
          }

          @Override
          public List<String> topics() {
            return counted.topics();
          }

          @Override
          public List<String> schema() {
            return counted.schema();
          }

          @Override
          public void apply(ConsumerRecord<byte[], byte[]> record, Database table) {
            counted.apply(record, table);
            if (--left[0] == 0) {
              Runtime.getRuntime().halt(HALTED);
            }
          }
        };
    try (TopicTable table =
        TopicTable.open(
            halting,
            Path.of(arguments[2]),
            Map.of("bootstrap.servers", arguments[0]),
            Clock.systemUTC())) {
      table.caughtUp().join();
    }
  }
}

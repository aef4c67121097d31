package io.pairstream.benchmarks.watch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class BurrowTest {

  @Test
  void aGroupWithAStoppedPartitionIsAnAlarm() throws IOException {
    Watcher.Said said =
        said(
            "\"status\":\"ERR\",\"complete\":1,\"partitions\":[{\"topic\":\"watched-0\","
                + "\"partition\":3,\"owner\":\"\",\"client_id\":\"\",\"status\":\"STOP\","
                + "\"current_lag\":30,\"complete\":1}],"
                + "\"partition_count\":100,\"totallag\":2550");

    assertThat(said)
        .isEqualTo(
            new Watcher.Said(
                "ERR",
                true,
                "ERR, total lag 2550, 1 of 100 partitions, the first: watched-0-3 STOP"));
  }

  @Test
  void aGroupThatFallsBehindOrIsWellIsNone() throws IOException {
    String rest = "\"partitions\":[],\"partition_count\":100,\"totallag\":150";

    assertThat(said("\"status\":\"WARN\"," + rest).alarm()).isFalse();
    assertThat(said("\"status\":\"OK\"," + rest))
        .isEqualTo(new Watcher.Said("OK", false, "OK, total lag 150"));
  }

  @Test
  void listensOnThisMachineOnlyAndAsksEveryBroker() {
    String configuration =
        Burrow.configuration("127.0.0.1:9092,127.0.0.1:9093", 8000, Path.of("/somewhere"));

    assertThat(configuration)
        .contains("address=\"127.0.0.1:8000\"")
        .contains("servers=[\"127.0.0.1:9092\", \"127.0.0.1:9093\"]")
        .contains("pidfile=\"/somewhere/burrow.pid\"");
  }

  private static Watcher.Said said(String status) throws IOException {
    return Burrow.said(
        new JsonMapper()
            .readTree(
                "{\"error\":false,\"message\":\"consumer status returned\",\"status\":{"
                    + "\"cluster\":\"watched\",\"group\":\"group-1\","
                    + status
                    + "}}"));
  }
}

package io.pairstream.benchmarks.watch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class BurrowTest {

  @Test
  void onlyAStoppedGroupIsAnAlarm() throws IOException {
    assertThat(alarm("ERR")).isEqualTo("ERR, total lag 2550");
    assertThat(alarm("WARN")).isEmpty();
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

  private static String alarm(String status) throws IOException {
    return Burrow.alarm(
        new JsonMapper()
            .readTree(
                "{\"status\":{\"status\":\"%s\",\"partitions\":[],\"totallag\":2550}}"
                    .formatted(status)));
  }
}

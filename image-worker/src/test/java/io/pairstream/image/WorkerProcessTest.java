package io.pairstream.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class WorkerProcessTest {

  @Test
  void compilesAsItsParentDoes() {
    assertThat(WorkerProcess.compilers(List.of("-Xmx1g", "-XX:TieredStopAtLevel=1", "-Da=b")))
        .containsExactly("-XX:TieredStopAtLevel=1");
    assertThat(WorkerProcess.compilers(List.of("-Xmx1g"))).isEmpty();
  }
}

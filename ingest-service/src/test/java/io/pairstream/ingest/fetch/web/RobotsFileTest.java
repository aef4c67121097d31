package io.pairstream.ingest.fetch.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RobotsFileTest {

  private static final int RULES = 40_000;

  /** As many short rules as fit into what is read of a file. */
  private final byte[] shortRules =
      IntStream.range(0, RULES)
          .mapToObj(i -> "Allow:/" + Integer.toString(i, 36))
          .collect(Collectors.joining("\n", "User-agent: *\n", "\n"))
          .getBytes(UTF_8);

  @Test
  void rulesAreCountedWithTheObjectsThatHoldThem() {
    assertThat(shortRules).hasSizeLessThan(RobotsFile.MAX_BYTES);
    assertThat(RobotsFile.parse(shortRules).bytes()).isGreaterThan(RULES * 80L);
    assertThat(RobotsFile.ALL.bytes()).isZero();
  }
}

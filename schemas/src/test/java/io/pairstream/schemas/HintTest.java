package io.pairstream.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HintTest {

  @AfterEach
  void forget() {
    Hint.use(Map.of());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "data", "my data", "it's", "a\"b", "$HOME/x", "`id`", "a\\b", "数据", "", "*", "a;b"
      })
  void isTakenByAShellAsItWasMeant(String folder) throws Exception {
    Hint.use(Map.of("--data-dir", folder));

    Process shell =
        new ProcessBuilder("sh", "-c", "pairstream() { printf '%s\\n' \"$@\"; }; " + Hint.of("lag"))
            .start();

    assertThat(shell.inputReader().lines().toList())
        .isEqualTo(List.of("lag", "--data-dir", folder));
  }

  @Test
  void leavesTheCommandsOwnOptionsAlone() {
    String words = "topics create --dataset flowers";
    Hint.use(Map.of("--dataset", "pairs", "--config", "a b.properties"));

    assertThat(Hint.of(words)).isEqualTo("pairstream " + words + " --config 'a b.properties'");
  }
}

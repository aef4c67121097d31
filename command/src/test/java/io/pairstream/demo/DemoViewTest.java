package io.pairstream.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.terminal.TerminalText;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DemoViewTest {

  private static final DemoState STATE =
      state(Map.of("IMAGE_DAMAGED", 12L, "DUPLICATE_PAIR", 4L), "一只猫在垫子上");

  @Test
  void frameShowsEveryOutput() {
    assertThat(DemoView.frame(STATE))
        .containsExactly(
            "  pairstream demo               01:05    412 pairs/s",
            "",
            "  in                            5,000  ",
            "  training                      1,600  " + "█".repeat(36),
            "  validation                      200  ████▌",
            "  test                            100  ██▎",
            "  quarantine                       16  ▍",
            "    image damaged                  12  " + "█".repeat(27),
            "    duplicate pair                  4  " + "█".repeat(9),
            "  batches to the trainer           50  ",
            "  last caption: 一只猫在垫子上");
  }

  @Test
  void frameFitsATerminalOf80By24() {
    Map<String, Long> all = new HashMap<>();
    for (RejectReason reason : RejectReason.values()) {
      all.put(reason.name(), 1_000_000_000L + reason.name().length());
    }

    List<String> rows = DemoView.frame(state(all, "很长的说明\u001b[2J".repeat(50)));

    assertThat(rows).hasSizeLessThan(24);
    assertThat(rows).allMatch(row -> TerminalText.columns(row) <= 80);
    assertThat(rows).noneMatch(row -> row.contains("\u001b"));
    assertThat(rows).anyMatch(row -> row.contains(RejectReason.values().length - 8 + " more"));
  }

  @Test
  void terminalIsRedrawnInPlace() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DemoView view = new DemoView(new PrintStream(bytes, true, UTF_8), true, () -> STATE);

    view.draw();
    String first = bytes.toString(UTF_8);
    bytes.reset();
    view.close();

    assertThat(first).doesNotContain("\u001b[11A");
    assertThat(bytes.toString(UTF_8)).startsWith("\u001b[11A\r\u001b[2K").endsWith("\u001b[J");
  }

  @Test
  void elsewhereItIsOneLine() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DemoView view = new DemoView(new PrintStream(bytes, true, UTF_8), false, () -> STATE);

    view.close();

    assertThat(bytes.toString(UTF_8))
        .isEqualToIgnoringNewLines(
            "01:05  in 5,000  training 1,600  validation 200  test 100  quarantine 16  batches 50"
                + "  412 pairs/s");
  }

  private static DemoState state(Map<String, Long> quarantine, String caption) {
    return new DemoState(
        Duration.ofSeconds(65),
        5000,
        new OutputCounts(
            1600, 200, 100, quarantine, Optional.empty(), Optional.empty(), Optional.empty()),
        50,
        412.4,
        caption);
  }
}

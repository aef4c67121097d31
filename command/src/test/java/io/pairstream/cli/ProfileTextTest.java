package io.pairstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.operations.profile.ProfileReport;
import io.pairstream.operations.profile.ProfileReport.Count;
import io.pairstream.operations.profile.ProfileReport.Histogram;
import io.pairstream.operations.profile.ProfileReport.NamedProducer;
import io.pairstream.terminal.TerminalText;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class ProfileTextTest {

  /** Clears a screen, turns the direction of writing and begins a line of its own. */
  private static final String HOSTILE = "a\u001b[2J\u202e\r\nforged: 猫".repeat(9);

  @Test
  void showsBarsCountsAndShares() {
    Map<String, Histogram> histograms = new LinkedHashMap<>();
    histograms.put(
        "width", new Histogram("px", List.of(32., 64., 2048., 4096.), List.of(0L, 1L, 3L)));
    histograms.put("aspect", new Histogram("w/h", List.of(.5, 1.091), List.of(1L, 1L)));
    ProfileReport profile =
        answer(
            4000,
            Map.of("split", List.of(new Count("TRAINING", 3000), new Count("TEST", 1000))),
            histograms,
            List.of(new ProfileReport.Word("dog", 1234), new ProfileReport.Word("cat", 1)),
            List.of(new NamedProducer("museum", 93, 7, 2, "IMAGE_TOO_SMALL")));

    assertThat(String.join("\n", ProfileText.lines("pairs", profile)))
        .isEqualTo(
            """
            data set pairs: 4,000 accepted pairs
            the first record counted is of 2026-11-20T17:25:00Z

            split
              TRAINING  ██████████████▎  3,000  75.0 %
              TEST      ████▊            1,000  25.0 %

            width (px)
              64 to below 2,048  ████▊            1  25.0 %
              2,048 and more     ██████████████▎  3  75.0 %

            aspect (w/h)
              below 1.091     █████████▌  1  50.0 %
              1.091 and more  █████████▌  1  50.0 %

            captions with more tokens than fit: 3.4 %

            words, and how many captions they stand in
              dog 1,234, cat 1

            producers
                      accepted  rejected  copies    rate  top reason
              museum        93         7       2  93.0 %  IMAGE_TOO_SMALL\
            """);
  }

  @Test
  void hostileAndLongTextsStayOnTheirLines() {
    ProfileReport profile =
        answer(
            Long.MAX_VALUE,
            Map.of(HOSTILE, Collections.nCopies(21, new Count(HOSTILE, 1L << 50))),
            Map.of(),
            Collections.nCopies(50, new ProfileReport.Word(HOSTILE, 1L << 50)),
            Collections.nCopies(50, new NamedProducer(HOSTILE, 1L << 40, 1L << 40, 0, HOSTILE)));

    assertThat(ProfileText.lines("pairs", profile))
        .allMatch(line -> TerminalText.columns(line) <= 80)
        .allMatch(line -> line.equals(TerminalText.plain(line)))
        .noneMatch(line -> line.startsWith("forged"))
        .contains("  and 13 more", "  and 30 more");
  }

  private static ProfileReport answer(
      long pairs,
      Map<String, List<Count>> counts,
      Map<String, Histogram> histograms,
      List<ProfileReport.Word> words,
      List<NamedProducer> producers) {
    return new ProfileReport(
        Optional.of(Instant.parse("2026-11-20T17:25:00Z")),
        pairs,
        counts,
        histograms,
        OptionalDouble.of(0.034),
        words,
        producers);
  }
}

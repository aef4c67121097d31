package io.pairstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.terminal.TerminalText;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProfileTextTest {

  private static final JsonMapper JSON = new JsonMapper();

  /** Clears a screen, turns the direction of writing and begins a line of its own. */
  private static final String HOSTILE = "a\u001b[2J\u202e\r\nforged: 猫".repeat(9);

  @Test
  void showsBarsCountsAndShares() throws IOException {
    JsonNode profile =
        JSON.readTree(
            "{\"dataset\": \"pairs\", \"ready\": true, \"pairs\": 4000,"
                + " \"since\": \"2026-11-20T17:25:00.000Z\","
                + " \"counts\": {\"split\": [{\"value\": \"TRAINING\", \"count\": 3000},"
                + " {\"value\": \"TEST\", \"count\": 1000}], \"fold\": []},"
                + " \"histograms\": {\"width\": {\"unit\": \"px\", \"edges\": [32, 64, 2048, 4096,"
                + " 8192], \"counts\": [0, 1, 3, 0]}, \"aspect\": {\"unit\": \"w/h\", \"edges\":"
                + " [0.5, 1.091, 2], \"counts\": [1, 1]}},"
                + " \"truncated_share\": 0.034, \"words\": [{\"word\": \"dog\", \"count\": 1234},"
                + " {\"word\": \"cat\", \"count\": 1}],"
                + " \"producers\": [{\"contributor\": \"museum\", \"accepted\": 93, \"rejected\":"
                + " 7, \"copies\": 2, \"acceptance_rate\": 0.93, \"top_reason\":"
                + " \"IMAGE_TOO_SMALL\"}],"
                + " \"balance\": [{\"category\": \"fold\", \"evenness\": 0.5}]}");

    assertThat(String.join("\n", ProfileText.lines(profile)))
        .isEqualTo(
            """
            data set pairs: 4,000 accepted pairs
            the first record counted is of 2026-11-20T17:25:00.000Z

            split
              TRAINING                ██████████████▎              3,000  75.0 %
              TEST                    ████▊                        1,000  25.0 %

            width (px)
              64 to below 2,048       ████▊                            1  25.0 %
              2,048 to below 4,096    ██████████████▎                  3  75.0 %

            aspect (w/h)
              below 1.091             █████████▌                       1  50.0 %
              1.091 and more          █████████▌                       1  50.0 %

            captions with more tokens than fit: 3.4 %

            words, and how many captions they stand in
              dog 1,234, cat 1

            producers             accepted  rejected   copies  rate  top reason
              museum                    93         7        2  93 %  IMAGE_TOO_SMALL

            evenness (1: every value has as many pairs)
              fold                    █████████▌                    0.50""");
  }

  @Test
  void saysWhatIsMissing() throws IOException {
    assertThat(ProfileText.lines(JSON.readTree("{\"dataset\": \"pairs\", \"ready\": false}")))
        .containsExactly("data set pairs: 0 accepted pairs", "still reading: there are more");
  }

  @Test
  void hostileAndLongTextsStayOnTheirLines() {
    ObjectNode profile = JSON.createObjectNode();
    profile.put("dataset", HOSTILE).put("ready", true).put("pairs", Long.MAX_VALUE);
    profile.put("since", HOSTILE);
    ObjectNode value = JSON.createObjectNode().put("value", HOSTILE).put("count", 1L << 50);
    ObjectNode counts = profile.putObject("counts");
    for (String name : List.of("licence", HOSTILE)) {
      ArrayNode values = counts.putArray(name);
      for (int i = 0; i < 21; i++) {
        values.add(value);
      }
    }
    ArrayNode words = profile.putArray("words");
    ArrayNode producers = profile.putArray("producers");
    ArrayNode balance = profile.putArray("balance");
    for (int i = 0; i < 50; i++) {
      words.addObject().put("word", HOSTILE).put("count", 1L << 50);
      producers
          .addObject()
          .put("contributor", HOSTILE)
          .put("accepted", 1L << 40)
          .put("rejected", 1L << 40)
          .put("top_reason", HOSTILE);
      balance.addObject().put("category", HOSTILE).put("evenness", 1);
    }

    List<String> lines = ProfileText.lines(profile);

    assertThat(lines)
        .allMatch(line -> TerminalText.columns(line) <= 80)
        .allMatch(line -> line.equals(TerminalText.plain(line)))
        .noneMatch(line -> line.startsWith("forged"))
        .contains("  and 13 more", "  and 30 more");
  }
}

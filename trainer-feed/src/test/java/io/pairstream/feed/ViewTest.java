package io.pairstream.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ViewTest {

  private static final View VIEW =
      new View(
          "pairs.training",
          "id",
          Instant.parse("2026-01-02T03:04:05Z"),
          List.of(new Block(0, 10, 500, List.of(3, 1, 2, 5, 1)), new Block(1, 0, 7, List.of(1))));

  @Test
  void countsRecordsAcrossTheGapsBetweenThem() {
    Block block = VIEW.blocks().get(0);

    assertThat(block.size()).isEqualTo(6);
    assertThat(block.end()).isEqualTo(22);
    assertThat(IntStream.range(0, 6).mapToLong(block::offset).boxed())
        .containsExactly(10L, 11L, 12L, 14L, 15L, 21L);
    assertThatThrownBy(() -> block.offset(6)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  /** Whoever recomputes the fingerprint from what the documentation says comes to this. */
  @Test
  void hasTheFingerprintOfItsLines() {
    assertThat(VIEW.fingerprint()).isEqualTo("79591607dce5bfddad53bdae84ad027e");
  }

  @Test
  void refusesWhatWasChangedAndWhatIsNone() {
    assertRefused(VIEW.toJson().replace("[1]", "[2]"), "not those of its fingerprint");
    assertRefused(VIEW.toJson().replace("\"format\":1", "\"format\":2"), "format 1, not 2");
    assertRefused("{}", "no view: expected a JSON object");
    assertRefused("[", "no view: ");
    assertRefused(VIEW.toJson().replace("[1]", "[]"), "odd number of runs");
    assertRefused(VIEW.toJson().replace("[1,0,", "[0,0,"), "lies before the one in front");
    assertRefused(VIEW.toJson().replace("2026-01-02", "yesterday"), "no time in UTC");
  }

  private static void assertRefused(String json, String message) {
    assertThatThrownBy(() -> View.parse(json))
        .isInstanceOf(InvalidViewException.class)
        .hasMessageContaining(message);
  }
}

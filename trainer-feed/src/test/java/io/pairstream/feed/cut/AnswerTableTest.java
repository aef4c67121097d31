package io.pairstream.feed.cut;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.feed.cut.AnswerTable.Verdict;
import io.pairstream.schemas.PairAnswer;
import io.pairstream.schemas.condition.Condition;
import io.pairstream.schemas.wire.AvroSafety;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class AnswerTableTest {

  static {
    AvroSafety.install();
  }

  private static final PairAnswer FAILED = PairAnswer.newBuilder().setStatus("FAILED").build();

  private final AnswerTable table =
      table("answer.nsfw>=0.1", "answer.nsfw<=0.3", "answer.style=photo");

  @Test
  void holdsOnceAllAnswersAreThereAndFailsWithTheFirstThatDoesNot() {
    assertThat(table.verdict(1)).isEqualTo(Verdict.WAITS);
    assertThat(missing(1)).isEqualTo(Map.of("nsfw", 1L, "style", 1L));

    table.put(1, "a", nsfw(0.2));
    assertThat(table.verdict(1)).isEqualTo(Verdict.WAITS);
    assertThat(missing(1)).isEqualTo(Map.of("style", 1L));
    table.put(1, "b", style("photo"));
    assertThat(table.verdict(1)).isEqualTo(Verdict.HOLDS);

    table.put(1, "a", nsfw(0.4));
    assertThat(table.verdict(1)).isEqualTo(Verdict.FAILS);
    table.put(1, "a", null);
    assertThat(table.verdict(1)).isEqualTo(Verdict.WAITS);
    table.put(2, "b", style("drawing"));
    assertThat(table.verdict(2)).isEqualTo(Verdict.FAILS);
  }

  /** Which answers a card gives is known from the first that it gave. */
  @Test
  void whatFailedIsNotWaitedFor() {
    assertThat(table.put(1, "a", FAILED)).isFalse();
    assertThat(table.put(1, "b", style("photo"))).isTrue();
    assertThat(table.verdict(1)).isEqualTo(Verdict.WAITS);

    assertThat(table.put(2, "a", nsfw(0.2))).isTrue();
    assertThat(table.put(3, "a", nsfw(0.2))).isFalse();

    assertThat(table.verdict(1)).isEqualTo(Verdict.UNANSWERABLE);
    assertThat(missing(1)).isEmpty();
    table.put(1, "b", style("drawing"));
    assertThat(table.verdict(1)).isEqualTo(Verdict.FAILS);
  }

  @Test
  void ofTwoCardsWithAnAnswerBothHaveTheirSay() {
    AnswerTable one = table("answer.nsfw<=0.3");
    one.put(1, "old", nsfw(0.1));
    assertThat(one.verdict(1)).isEqualTo(Verdict.HOLDS);

    one.put(1, "new", nsfw(0.9));

    assertThat(one.verdict(1)).isEqualTo(Verdict.FAILS);
  }

  @Test
  void takesThirtyConditions() {
    String[] most = Collections.nCopies(30, "answer.nsfw<=0.3").toArray(String[]::new);
    AnswerTable thirty = table(most);
    thirty.put(1, "a", nsfw(0.3));
    thirty.put(2, "a", nsfw(0.4));

    assertThat(thirty.verdict(1)).isEqualTo(Verdict.HOLDS);
    assertThat(thirty.verdict(2)).isEqualTo(Verdict.FAILS);
    assertThat(thirty.verdict(3)).isEqualTo(Verdict.WAITS);
    assertThatThrownBy(
            () -> table(Stream.of(most, most).flatMap(Stream::of).toArray(String[]::new)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a view has at most 30 conditions on answers, not 60");
  }

  private Map<String, Long> missing(long pair) {
    Map<String, Long> counts = new TreeMap<>();
    table.countMissing(pair, counts);
    return counts;
  }

  private static AnswerTable table(String... where) {
    return new AnswerTable(List.of(where).stream().map(Condition::parse).toList());
  }

  private static PairAnswer nsfw(double value) {
    return PairAnswer.newBuilder().setNumbers(Map.of("nsfw", value)).build();
  }

  private static PairAnswer style(String value) {
    return PairAnswer.newBuilder().setLabels(Map.of("style", value)).build();
  }
}

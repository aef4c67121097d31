package io.pairstream.operations.lag;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SentencesTest {

  /** Of these records on three partitions, where the first one is behind. */
  private static String group(long... waiting) {
    List<PartitionLag> partitions = new ArrayList<>();
    long lag = 0;
    for (int number = 0; number < waiting.length; number++) {
      partitions.add(
          PlayedLag.partition(
              "pairs.raw",
              number,
              OptionalLong.of(100 - waiting[number]),
              number == 0 ? Verdict.BEHIND : Verdict.OK));
      lag += waiting[number];
    }
    return Sentences.group(
            "readers",
            partitions,
            partitions.get(0),
            OptionalLong.of(lag),
            OptionalDouble.empty(),
            CatchUp.NEVER)
        .text();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "89, 1, 0| on 2 partitions, 98.9 % of them on pairs.raw-0,",
        "1, 0, 89| on 2 partitions, 98.9 % of them on pairs.raw-2,",
        "82, 10, 8| on 3 partitions, 82.0 % of them on pairs.raw-0,"
      })
  void namesThePartitionThatMostOfItWaitsOn(String waiting, String words) {
    assertThat(group(numbers(waiting))).contains(words);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"80, 10, 10", "40, 40, 20", "90"})
  void namesNoneWhereItWaitsOnSeveralOrThereIsButOne(String waiting) {
    assertThat(group(numbers(waiting))).doesNotContain("% of them");
  }

  private static long[] numbers(String text) {
    return List.of(text.split(", ", -1)).stream().mapToLong(Long::parseLong).toArray();
  }
}

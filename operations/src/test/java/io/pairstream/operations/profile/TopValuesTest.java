package io.pairstream.operations.profile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopValuesTest {

  @Test
  void countsExactlyWhileThereIsRoom() {
    TopValues values = new TopValues(3);

    List.of("a", "b", "a", "c", "a", "b").forEach(values::add);
    values.remove("a");
    values.remove("c");

    assertThat(values.counts()).containsExactlyInAnyOrderEntriesOf(Map.of("a", 2L, "b", 2L));
    assertThat(values.isExact()).isTrue();
    assertThat(values.error()).isZero();
  }

  @Test
  void newValueTakesOverTheSmallestCounter() {
    TopValues values = new TopValues(2);
    List.of("a", "a", "b").forEach(values::add);

    assertThat(values.add("c")).contains("b");

    assertThat(values.counts()).containsExactlyInAnyOrderEntriesOf(Map.of("a", 2L, "c", 2L));
    assertThat(values.isExact()).isFalse();
    assertThat(values.error()).isEqualTo(2);
  }

  @Test
  void valueThatComesBackIsNotCountedTooLow() {
    TopValues values = new TopValues(2);
    List.of("a", "a", "a", "b", "b", "b", "c").forEach(values::add);
    assertThat(values.counts()).doesNotContainKey("a");

    List.of("b", "b", "b").forEach(values::remove);
    values.add("a");

    assertThat(values.counts().get("a")).isBetween(4L, 4 + values.error());
  }

  /** However values come and go. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void staysWithinTheStatedErrorWhileValuesComeAndGo(long seed) {
    Random random = new Random(seed);
    TopValues values = new TopValues(50);
    Map<String, Long> truth = new HashMap<>();
    List<String> present = new ArrayList<>();

    long additions = 0;
    for (int i = 0; i < 20_000; i++) {
      // Waves: mostly more, then mostly less.
      if (!present.isEmpty() && random.nextInt(10) < (i / 2_500 % 2 == 0 ? 2 : 7)) {
        String gone = present.remove(random.nextInt(present.size()));
        truth.merge(gone, -1L, Long::sum);
        values.remove(gone);
      } else {
        // Zipf-like: value n comes about 1/n as often as value 1.
        String value = "v" + (int) Math.exp(random.nextDouble() * Math.log(2_000));
        additions++;
        present.add(value);
        truth.merge(value, 1L, Long::sum);
        values.add(value);
      }
    }

    assertThat(values.counts()).hasSizeLessThanOrEqualTo(50);
    assertThat(values.error()).isPositive().isLessThanOrEqualTo(additions / 50);
    Map<String, Long> counts = values.counts();
    truth.forEach(
        (value, count) -> {
          if (counts.containsKey(value)) {
            assertThat(counts.get(value)).as(value).isBetween(count, count + values.error());
          } else {
            assertThat(count).as(value).isLessThanOrEqualTo(values.error());
          }
        });
  }

  @Test
  void goesOnFromWhatWasKeptAsIfItHadNeverStopped() {
    Random random = new Random(1);
    TopValues whole = new TopValues(20);
    TopValues stopped = new TopValues(20);
    Map<String, TopValues.Counter> kept = new HashMap<>();

    for (int i = 0; i < 5_000; i++) {
      String value = "v" + random.nextInt(60);
      if (random.nextInt(4) == 0) {
        whole.remove(value);
        stopped.remove(value);
      } else {
        whole.add(value);
        stopped.add(value);
      }
      for (String changed : stopped.takeChanges()) {
        stopped
            .counter(changed)
            .ifPresentOrElse(counter -> kept.put(changed, counter), () -> kept.remove(changed));
      }
      if (i % 500 == 0) {
        TopValues restored = new TopValues(20);
        restored.restore(stopped.isExact());
        kept.values().forEach(restored::restore);
        stopped = restored;
      }
    }

    assertThat(stopped.counts()).isEqualTo(whole.counts());
    assertThat(stopped.error()).isEqualTo(whole.error());
  }
}

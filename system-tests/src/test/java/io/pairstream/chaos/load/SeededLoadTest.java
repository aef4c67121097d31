package io.pairstream.chaos.load;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.Test;

class SeededLoadTest {

  private static final int SCHEMA_ID = 3;

  private final SeededLoad load = new SeededLoad(9);

  @Test
  void isAFunctionOfSeedAndNumber() {
    SeededLoad same = new SeededLoad(9);
    SeededLoad other = new SeededLoad(10);

    for (long number = 399; number >= 0; number--) {
      SentPair pair = load.at(number);
      assertThat(same.at(number).kind()).isEqualTo(pair.kind());
      assertThat(same.at(number).value(SCHEMA_ID).orElse(null))
          .isEqualTo(pair.value(SCHEMA_ID).orElse(null));
      assertThat(same.at(number).key().orElse(null)).isEqualTo(pair.key().orElse(null));
      if (pair.kind() == SentKind.GOOD) {
        assertThat(other.at(number).pairId()).isNotEqualTo(pair.pairId());
      }
    }
  }

  @Test
  void everyPairIsAnotherExceptForCopies() {
    Set<String> ids = new HashSet<>();
    Set<String> images = new HashSet<>();
    for (long number = 0; number < 2_000; number++) {
      SentPair pair = load.at(number);
      if (pair.kind() == SentKind.COPY) {
        assertThat(ids).contains(pair.pairId());
      } else if (!pair.pairId().isEmpty()) {
        assertThat(ids.add(pair.pairId())).as("record %s, %s", number, pair.kind()).isTrue();
      }
      if (pair.kind() == SentKind.ANOTHER_CAPTION) {
        assertThat(images).contains(pair.imageDigest());
      } else if (pair.kind() == SentKind.GOOD) {
        assertThat(images.add(pair.imageDigest())).isTrue();
      }
    }
  }

  @Test
  void oneInAHundredIsPoisonAndEveryKindComes() {
    Map<SentKind, Long> counts = new EnumMap<>(SentKind.class);
    LongStream.range(0, 10_000).forEach(number -> counts.merge(load.kindAt(number), 1L, Long::sum));

    long poison =
        counts.entrySet().stream()
            .filter(count -> !count.getKey().isGood())
            .mapToLong(Map.Entry::getValue)
            .sum();
    assertThat(poison).isEqualTo(100);
    assertThat(counts).containsKeys(SentKind.poison().toArray(SentKind[]::new));
    assertThat(counts).containsKeys(SentKind.odd().toArray(SentKind[]::new));
    assertThat(counts.get(SentKind.COPY)).isBetween(400L, 600L);
    assertThat(counts.get(SentKind.ANOTHER_CAPTION)).isBetween(100L, 300L);
  }

  @Test
  void oddRecordsComeAsTheyShouldNot() {
    SentPair elsewhere = load.at(25, SentKind.WRONG_PARTITION);
    int right = Utils.toPositive(Utils.murmur2(elsewhere.key().orElseThrow())) % 4;

    assertThat(elsewhere.partition(4).orElseThrow()).isBetween(0, 3).isNotEqualTo(right);
    assertThat(load.at(0).partition(4)).isEmpty();
    assertThat(load.at(25, SentKind.NO_KEY).key()).isEmpty();
    assertThat(new String(load.at(25, SentKind.WRONG_KEY).key().orElseThrow(), US_ASCII))
        .isNotEqualTo(load.at(25, SentKind.WRONG_KEY).imageDigest());
    assertThat(
            List.of(25L, 75L, 125L, 175L).stream()
                .map(number -> load.at(number, SentKind.SKEWED_CLOCK).timestamp().orElseThrow())
                .distinct())
        .hasSize(4);
  }
}

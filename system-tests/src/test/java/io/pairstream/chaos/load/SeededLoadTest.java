package io.pairstream.chaos.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("full")
class SeededLoadTest {

  private final SeededLoad load = new SeededLoad(9);

  @Test
  void isAFunctionOfSeedAndNumber() {
    SeededLoad same = new SeededLoad(9);
    for (long number = 199; number >= 0; number--) {
      SentPair pair = load.at(number);
      assertThat(same.at(number).kind()).isEqualTo(pair.kind());
      assertThat(same.at(number).value(3)).isEqualTo(pair.value(3));
      assertThat(same.at(number).key()).isEqualTo(pair.key());
    }
  }

  @Test
  void everyPairIsAnotherExceptForCopies() {
    Set<String> ids = new HashSet<>();
    Set<SentKind> kinds = EnumSet.noneOf(SentKind.class);
    for (long number = 0; number < 2_000; number++) {
      SentPair pair = load.at(number);
      kinds.add(pair.kind());
      if (pair.kind() == SentKind.COPY) {
        assertThat(ids).contains(pair.pairId());
      } else if (!pair.pairId().isEmpty()) {
        assertThat(ids.add(pair.pairId())).as("record %s, %s", number, pair.kind()).isTrue();
      }
    }
    assertThat(kinds).isEqualTo(EnumSet.allOf(SentKind.class));
  }
}

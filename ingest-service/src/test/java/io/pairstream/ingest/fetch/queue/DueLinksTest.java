package io.pairstream.ingest.fetch.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class DueLinksTest {

  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  private final DueLinks due = new DueLinks();

  @Test
  void theLongestDueComeFirstAndWhatIsNotDueStays() {
    due.add(7, NOON.minusSeconds(1));
    due.add(8, NOON.plusSeconds(1));
    due.add(9, NOON.minusSeconds(2));
    due.add(10, NOON);

    assertThat(offsets(due.take(NOON, 2))).containsExactly(9L, 7L);
    assertThat(offsets(due.take(NOON, 2))).containsExactly(10L);
    assertThat(offsets(due.take(NOON, 2))).isEmpty();
    assertThat(due.size()).isEqualTo(1);
  }

  @Test
  void theLowestComeOutWheneverTheyAreDue() {
    due.add(7, NOON.plusSeconds(9));
    due.add(8, NOON);
    due.add(9, NOON);

    assertThat(offsets(due.takeLowest(9, 5))).containsExactly(7L, 8L);
    assertThat(offsets(due.take(NOON.plusSeconds(9), 5))).containsExactly(9L);
  }

  @Test
  void nothingOfAnOffsetIsLeftOnceItIsTakenOut() {
    for (int round = 0; round < 10; round++) {
      for (long offset = 0; offset < 100; offset++) {
        due.add(100L * round + offset, NOON.plusSeconds(offset));
      }
      due.takeLowest(Long.MAX_VALUE, 60);
      due.take(NOON.plusSeconds(1000), 40);

      assertThat(due.entries()).isZero();
    }
  }

  @Test
  void anOffsetHasOneTime() {
    due.add(7, NOON);
    due.add(7, NOON.plusSeconds(1));

    assertThat(offsets(due.take(NOON, 5))).isEmpty();
    assertThat(offsets(due.take(NOON.plusSeconds(1), 5))).containsExactly(7L);
    assertThat(due.entries()).isZero();
  }

  private static List<Long> offsets(List<DueLinks.Due> due) {
    return due.stream().map(DueLinks.Due::offset).toList();
  }
}

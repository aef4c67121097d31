package io.pairstream.feed.cut;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HeldPairsTest {

  /** Many keys have the same last bits, and each comes and goes several times. */
  @Test
  void holdsWhatAMapWouldHold() {
    Random random = new Random(1);
    Map<Long, HeldPairs.Held> map = new HashMap<>();
    HeldPairs pairs = new HeldPairs();
    for (int offset = 0; offset < 100_000; offset++) {
      long key = (long) random.nextInt(20_000) << (random.nextInt(3) * 16);
      if (random.nextInt(3) == 0) {
        pairs.remove(key);
        map.remove(key);
      } else {
        pairs.put(key, offset, offset % 7);
        map.put(key, new HeldPairs.Held(offset, offset % 7));
      }
    }

    assertThat(pairs.size()).isEqualTo(map.size());
    assertThat(pairs.byOffset())
        .containsExactlyElementsOf(
            map.values().stream()
                .sorted(Comparator.comparingLong(HeldPairs.Held::offset))
                .toList());
  }
}

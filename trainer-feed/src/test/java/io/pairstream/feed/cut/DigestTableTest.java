package io.pairstream.feed.cut;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DigestTableTest {

  /** Many keys have the same last bits, and each comes and goes several times. */
  @Test
  void holdsWhatAMapWouldHold() {
    Random random = new Random(1);
    Map<Long, DigestTable.Entry> map = new HashMap<>();
    DigestTable pairs = new DigestTable();
    for (int offset = 0; offset < 100_000; offset++) {
      long key = (long) random.nextInt(20_000) << (random.nextInt(3) * 16);
      if (random.nextInt(3) == 0) {
        pairs.remove(key);
        map.remove(key);
      } else {
        pairs.put(key, offset, offset % 7);
        map.put(key, new DigestTable.Entry(offset, offset % 7));
      }
    }

    Map<Long, Long> seen = new HashMap<>();
    pairs.forEach(seen::put);

    assertThat(pairs.size()).isEqualTo(map.size()).isEqualTo(seen.size());
    map.forEach((key, entry) -> assertThat(seen.get(key)).isEqualTo(entry.number()));
    map.forEach((key, entry) -> assertThat(pairs.get(key)).contains(entry));
    assertThat(pairs.from(90_000).byNumber())
        .containsExactlyElementsOf(
            pairs.byNumber().stream().filter(entry -> entry.number() >= 90_000).toList());
    assertThat(pairs.byNumber())
        .containsExactlyElementsOf(
            map.values().stream()
                .sorted(Comparator.comparingLong(DigestTable.Entry::number))
                .toList());
  }
}

package io.pairstream.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.feed.record.ImageShape;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class WaitingRecordsTest {

  private static final ImageShape WIDE = new ImageShape(2, 4, 3);
  private static final ImageShape HIGH = new ImageShape(4, 2, 3);

  private final WaitingRecords waiting = new WaitingRecords(2, 3);

  @Test
  void givesAShapesRecordsOnceTheyMakeABatch() {
    assertThat(waiting.add(WIDE, record(0, 1))).isEmpty();
    assertThat(waiting.add(HIGH, record(0, 2))).isEmpty();

    Optional<List<ConsumerRecord<byte[], byte[]>>> full = waiting.add(WIDE, record(1, 9));

    assertThat(full.orElseThrow()).extracting(ConsumerRecord::offset).containsExactly(1L, 9L);
    assertThat(offsets().toString()).isEqualTo("{0=[2]}");
  }

  @Test
  void givesWhatIsLeftInTheOrderInWhichShapesCame() {
    waiting.add(HIGH, record(0, 1));
    waiting.add(WIDE, record(0, 2));

    assertThat(waiting.takeOldest()).extracting(ConsumerRecord::offset).containsExactly(1L);
    assertThat(waiting.takeOldest()).extracting(ConsumerRecord::offset).containsExactly(2L);
    assertThat(waiting.takeOldest()).isEmpty();
    assertThat(offsets()).isEmpty();
  }

  @Test
  void forgetsAWithdrawnPair() {
    waiting.add(HIGH, record(0, 1));
    waiting.add(WIDE, record(0, 2));

    waiting.withdraw(0, new byte[] {1});
    waiting.withdraw(1, new byte[] {2});

    assertThat(offsets().toString()).isEqualTo("{0=[2]}");
    assertThat(waiting.takeOldest()).extracting(ConsumerRecord::offset).containsExactly(2L);
  }

  @Test
  void countsOnlyWhatStillWaits() {
    for (int i = 0; i < 20; i++) {
      assertThat(waiting.add(WIDE, record(0, i)).isPresent()).isEqualTo(i % 2 == 1);
    }
  }

  @Test
  void refusesOneMoreThanMayWait() {
    List<ImageShape> shapes = List.of(WIDE, HIGH, new ImageShape(1, 1, 3), new ImageShape(1, 1, 1));
    for (int i = 0; i < 3; i++) {
      assertThat(waiting.add(shapes.get(i), record(0, i))).isEmpty();
    }

    assertThatThrownBy(() -> waiting.add(shapes.get(3), record(0, 3)))
        .isInstanceOf(RefusedSampleException.class)
        .hasMessageContaining("4 samples of 4 sizes wait and no size has the 2 of a batch");
  }

  private SortedMap<Integer, SortedSet<Long>> offsets() {
    SortedMap<Integer, SortedSet<Long>> offsets = new TreeMap<>();
    waiting.addOffsets(offsets);
    return offsets;
  }

  private static ConsumerRecord<byte[], byte[]> record(int partition, long offset) {
    return new ConsumerRecord<>(
        "pairs.training", partition, offset, new byte[] {(byte) offset}, new byte[0]);
  }
}

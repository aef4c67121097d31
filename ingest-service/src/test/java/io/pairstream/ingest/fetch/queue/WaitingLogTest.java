package io.pairstream.ingest.fetch.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class WaitingLogTest {

  private static final TopicPartition PARTITION = new TopicPartition("pairs.waiting-links", 0);
  private static final int MIB = 1024 * 1024;

  private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");
  private final WaitingLog log = new WaitingLog(consumer);

  @Test
  void recordsThatAreTooManyBytesTogetherStayUnread() {
    give(LongStream.range(0, 40).boxed().toList(), MIB);

    WaitingLog.Found read = log.read(PARTITION, List.of(0L, 2L, 4L, 39L));
    give(LongStream.range(0, 40).boxed().toList(), MIB);
    WaitingLog.Found all = log.read(PARTITION, LongStream.range(0, 40).boxed().toList());

    assertThat(offsets(read)).containsExactly(0L, 2L, 4L, 39L);
    assertThat(read.unread()).isEmpty();
    assertThat(offsets(all)).containsExactlyElementsOf(LongStream.range(0, 16).boxed().toList());
    assertThat(all.unread())
        .containsExactlyInAnyOrderElementsOf(LongStream.range(16, 40).boxed().toList());
  }

  @Test
  void whatIsThereNoMoreIsNeitherFoundNorUnread() {
    give(List.of(0L, 3L), 17 * MIB);

    WaitingLog.Found read = log.read(PARTITION, List.of(0L, 1L, 3L));
    give(List.of(0L, 3L), 17 * MIB);
    WaitingLog.Found rest = log.read(PARTITION, List.of(1L, 3L));

    assertThat(offsets(read)).containsExactly(0L);
    assertThat(read.unread()).containsExactlyInAnyOrder(1L, 3L);
    assertThat(offsets(rest)).containsExactly(3L);
    assertThat(rest.unread()).isEmpty();
  }

  /** Lets the next poll give records of a size at these offsets. */
  private void give(List<Long> offsets, int bytes) {
    byte[] value = new byte[bytes];
    consumer.schedulePollTask(
        () -> {
          Map<TopicPartition, Long> beginning = new HashMap<>();
          beginning.put(PARTITION, 0L);
          consumer.updateBeginningOffsets(beginning);
          for (long offset : offsets) {
            consumer.addRecord(new ConsumerRecord<>(PARTITION.topic(), 0, offset, null, value));
          }
        });
  }

  private static List<Long> offsets(WaitingLog.Found read) {
    return read.found().stream().map(ConsumerRecord::offset).toList();
  }
}

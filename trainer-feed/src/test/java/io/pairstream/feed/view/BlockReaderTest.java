package io.pairstream.feed.view;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class BlockReaderTest {

  private static final TopicPartition PARTITION = new TopicPartition("pairs.training", 1);

  private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("none");

  /**
   * A header that was not read keeps the whole answer to a fetch in memory; windows hold records of
   * very many fetches.
   */
  @Test
  void readsRecordsWithoutTheirHeaders() {
    consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
    consumer.schedulePollTask(
        () ->
            LongStream.of(5, 6, 8)
                .forEach(
                    offset -> {
                      byte[] text = String.valueOf(offset).getBytes(StandardCharsets.UTF_8);
                      ConsumerRecord<byte[], byte[]> record =
                          new ConsumerRecord<>("pairs.training", 1, offset, text, text);
                      record.headers().add("traceparent", text);
                      consumer.addRecord(record);
                    }));

    List<ConsumerRecord<byte[], byte[]>> records =
        new BlockReader("pairs.training", consumer)
            .read(new Block(1, 4, 9, List.of(3, 1, 1)), 1, 3);

    assertThat(records).extracting(ConsumerRecord::offset).containsExactly(5L, 6L, 8L);
    assertThat(records)
        .extracting(ConsumerRecord::value)
        .containsExactly(
            "5".getBytes(StandardCharsets.UTF_8),
            "6".getBytes(StandardCharsets.UTF_8),
            "8".getBytes(StandardCharsets.UTF_8));
    assertThat(records).allSatisfy(record -> assertThat(record.headers()).isEmpty());
  }
}

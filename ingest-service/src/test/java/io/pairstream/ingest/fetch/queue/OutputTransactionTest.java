package io.pairstream.ingest.fetch.queue;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.schemas.wire.FinishedOffsets;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

class OutputTransactionTest {

  private static final ConsumerGroupMetadata MEMBER =
      new MockConsumer<byte[], byte[]>("earliest").groupMetadata();
  private static final List<ProducerRecord<byte[], byte[]>> RECORDS =
      List.of(new ProducerRecord<>("pairs.scraped", null, "image".getBytes(UTF_8)));

  private final MockProducer<byte[], byte[]> producer =
      new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
  private final OutputTransaction transaction = new OutputTransaction(producer);

  @Test
  void recordsAreCommittedWithTheOffsetsThatTheyAreFor() {
    Share share = new Share(new TopicPartition("pairs.links", 0), FinishedOffsets.below(0));
    share.window().read(0);
    transaction.send(RECORDS);
    share.finish(0);

    transaction.commit(List.of(share), MEMBER);

    assertThat(producer.history()).hasSize(1);
    assertThat(
            producer
                .consumerGroupOffsetsHistory()
                .get(0)
                .get(MEMBER.groupId())
                .get(share.partition())
                .offset())
        .isEqualTo(1);
  }

  @Test
  void recordsWithoutOffsetsAreNotCommitted() {
    transaction.send(RECORDS);

    assertThatThrownBy(() -> transaction.commit(List.of(), MEMBER))
        .isInstanceOf(KafkaException.class);
    assertThat(producer.history()).isEmpty();
    assertThat(producer.commitCount()).isZero();
  }

  @Test
  void nothingIsCommittedWhereNothingWasSent() {
    transaction.commit(List.of(), MEMBER);

    assertThat(producer.commitCount()).isZero();
  }
}

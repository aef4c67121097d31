package io.pairstream.service.transactions;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.schemas.wire.FinishedOffsets;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class AssignedPartitionTest {

  private static final TopicPartition PARTITION = new TopicPartition("links", 0);

  @Test
  void whatIsNoRecordIsFinished() {
    AssignedPartition partition = from(0);
    partition.read(0);
    partition.read(4);
    partition.readTo(9);

    partition.finish(4);
    assertThat(partition.finished().low()).isZero();
    partition.finish(0);

    assertThat(partition.finished()).isEqualTo(FinishedOffsets.below(9));
  }

  @Test
  void anOffsetIsBeyondWhereItsBitWouldNotFit() {
    AssignedPartition partition = from(100);
    partition.read(100);

    assertThat(partition.isBeyond(100 + FinishedOffsets.MOST_ABOVE - 1)).isFalse();
    assertThat(partition.isBeyond(100 + FinishedOffsets.MOST_ABOVE)).isTrue();
    partition.read(100 + FinishedOffsets.MOST_ABOVE - 1);
    partition.finish(100 + FinishedOffsets.MOST_ABOVE - 1);
    assertThat(partition.finished().end()).isEqualTo(100 + FinishedOffsets.MOST_ABOVE);
    assertThat(partition.fullness()).isEqualTo(1.0);
  }

  private static AssignedPartition from(long committed) {
    return new AssignedPartition(PARTITION, new OffsetAndMetadata(committed));
  }
}

package io.pairstream.ingest.fetch.queue;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.schemas.topics.RecordSizes;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class LinkOutputsTest {

  @Test
  void recordOnTheLimitIsCarriedOn() {
    assertThat(LinkOutputs.isCarried(waiting(LinkOutputs.LARGEST_WAITING_BYTES - 6))).isTrue();
    assertThat(LinkOutputs.LARGEST_WAITING_BYTES).isLessThan(RecordSizes.MAX_RECORD - 64 * 1024);
  }

  @Test
  void recordOneByteLargerIsNot() {
    ConsumerRecord<byte[], byte[]> record = waiting(LinkOutputs.LARGEST_WAITING_BYTES - 5);

    assertThat(LinkOutputs.isCarried(record)).isFalse();
    assertThat(LinkOutputs.tooLargeToCarry(record).measured()).isEqualTo("9502721 bytes");
    assertThat(LinkOutputs.tooLargeToCarry(record).limit()).isEqualTo("9502720 bytes");
  }

  @Test
  void recordWithoutKeyOrValueIsNoReasonToStop() {
    assertThat(LinkOutputs.isCarried(new ConsumerRecord<>("w", 0, 0, null, null))).isTrue();
  }

  private static ConsumerRecord<byte[], byte[]> waiting(int valueBytes) {
    return new ConsumerRecord<>("w", 0, 0, "h.test".getBytes(US_ASCII), new byte[valueBytes]);
  }
}

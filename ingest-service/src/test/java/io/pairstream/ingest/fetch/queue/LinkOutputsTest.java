package io.pairstream.ingest.fetch.queue;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.schemas.Origin;
import io.pairstream.schemas.WaitingLink;
import io.pairstream.schemas.topics.RecordSizes;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

  @ParameterizedTest
  @CsvSource({"-1, 1", "-2147483648, 1", "3, 4", "2147483647, 1000000"})
  void furtherAttemptIsCountedOnWhateverTheRecordSays(int said, int after) {
    WaitingLink waiting = new WaitingLink();
    waiting.setHeaders(List.of());
    waiting.setValue(ByteBuffer.allocate(0));
    waiting.setOrigin(new Origin("d.links", 0, 0L));
    waiting.setArrivedAt(Instant.EPOCH);
    waiting.setFirstTriedAt(Instant.EPOCH);
    waiting.setAttempts(said);
    waiting.setDueAt(Instant.EPOCH);

    TriedLink failed = new TriedLink(waiting).failed("FETCH_TIMEOUT", "", Instant.EPOCH);

    assertThat(failed.attempts()).isEqualTo(after);
  }

  private static ConsumerRecord<byte[], byte[]> waiting(int valueBytes) {
    return new ConsumerRecord<>("w", 0, 0, "h.test".getBytes(US_ASCII), new byte[valueBytes]);
  }
}

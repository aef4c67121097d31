package io.pairstream.ingest.fetch.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.schemas.wire.FinishedOffsets;
import java.util.stream.LongStream;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class ShareTest {

  private static final TopicPartition PARTITION = new TopicPartition("links", 0);

  @Test
  void theMarkIsTheFirstOffsetThatIsNotFinished() {
    Share share = new Share(PARTITION, FinishedOffsets.below(10));
    LongStream.range(10, 15).forEach(share::read);

    share.finish(11);
    share.finish(13);

    assertThat(share.finished().low()).isEqualTo(10);
    share.finish(10);
    assertThat(share.finished().low()).isEqualTo(12);
    assertThat(share.finished().contains(13)).isTrue();
    assertThat(share.finished().contains(14)).isFalse();
  }

  @Test
  void whatIsNoRecordIsFinished() {
    Share share = new Share(PARTITION, FinishedOffsets.below(0));
    share.read(0);
    share.read(4);
    share.readTo(9);

    share.finish(4);
    assertThat(share.finished().low()).isZero();
    share.finish(0);

    assertThat(share.finished()).isEqualTo(FinishedOffsets.below(9));
  }

  @Test
  void aLogMayBeginFarBehindTheLastCommit() {
    Share share = new Share(PARTITION, FinishedOffsets.below(5));

    share.read(7_000_000_000L);

    assertThat(share.finished()).isEqualTo(FinishedOffsets.below(7_000_000_000L));
  }

  @Test
  void anOffsetIsBeyondWhereItsBitWouldNotFit() {
    Share share = new Share(PARTITION, FinishedOffsets.below(100));
    share.read(100);

    assertThat(share.isBeyond(100 + FinishedOffsets.MOST_ABOVE - 1)).isFalse();
    assertThat(share.isBeyond(100 + FinishedOffsets.MOST_ABOVE)).isTrue();
    share.read(100 + FinishedOffsets.MOST_ABOVE - 1);
    share.finish(100 + FinishedOffsets.MOST_ABOVE - 1);
    assertThat(share.finished().end()).isEqualTo(100 + FinishedOffsets.MOST_ABOVE);
    assertThat(share.fullness()).isEqualTo(1.0);
  }
}

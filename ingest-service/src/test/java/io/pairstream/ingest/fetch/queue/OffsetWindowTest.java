package io.pairstream.ingest.fetch.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.schemas.wire.FinishedOffsets;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class OffsetWindowTest {

  @Test
  void theMarkIsTheFirstOffsetThatIsNotFinished() {
    OffsetWindow window = new OffsetWindow(FinishedOffsets.below(10));
    LongStream.range(10, 15).forEach(window::read);

    window.finish(11);
    window.finish(13);

    assertThat(window.finished().low()).isEqualTo(10);
    window.finish(10);
    assertThat(window.finished().low()).isEqualTo(12);
    assertThat(window.finished().contains(13)).isTrue();
    assertThat(window.finished().contains(14)).isFalse();
  }

  @Test
  void whatIsNoRecordIsFinished() {
    OffsetWindow window = new OffsetWindow(FinishedOffsets.below(0));
    window.read(0);
    window.read(4);
    window.readTo(9);

    window.finish(4);
    assertThat(window.finished().low()).isZero();
    window.finish(0);

    assertThat(window.finished()).isEqualTo(FinishedOffsets.below(9));
  }

  @Test
  void aLogMayBeginFarBehindTheLastCommit() {
    OffsetWindow window = new OffsetWindow(FinishedOffsets.below(5));

    window.read(7_000_000_000L);

    assertThat(window.finished()).isEqualTo(FinishedOffsets.below(7_000_000_000L));
  }

  @Test
  void anOffsetIsBeyondWhereItsBitWouldNotFit() {
    OffsetWindow window = new OffsetWindow(FinishedOffsets.below(100));
    window.read(100);

    assertThat(window.isBeyond(100 + FinishedOffsets.MOST_ABOVE - 1)).isFalse();
    assertThat(window.isBeyond(100 + FinishedOffsets.MOST_ABOVE)).isTrue();
    window.read(100 + FinishedOffsets.MOST_ABOVE - 1);
    window.finish(100 + FinishedOffsets.MOST_ABOVE - 1);
    assertThat(window.finished().end()).isEqualTo(100 + FinishedOffsets.MOST_ABOVE);
    assertThat(window.fullness()).isEqualTo(1.0);
  }
}

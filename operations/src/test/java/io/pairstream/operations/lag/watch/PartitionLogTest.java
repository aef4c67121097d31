package io.pairstream.operations.lag.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.operations.lag.verdict.Sample.Hanging;
import io.pairstream.operations.lag.watch.PartitionLog.Retention;
import org.junit.jupiter.api.Test;

class PartitionLogTest {

  private final PartitionLog log = new PartitionLog();

  @Test
  void whatComesAfterTheLogWasMeasuredIsNotFree() {
    log.look(0, 100, 100, 10_000);
    log.bytes(5_000, 10_000);

    log.look(0, 180, 180, 20_000);

    assertThat(log.bytesOf(180)).hasValue(9_000);
    assertThat(log.bytesOf(90)).hasValue(4_500);
    assertThat(log.bytesOf(0)).hasValue(0);
  }

  @Test
  void aLogThatWasEmptyIsMeasuredAgainBeforeItsSizeIsTold() {
    log.look(7, 7, 7, 10_000);
    log.bytes(0, 10_000);
    assertThat(log.hasOutgrownItsSize()).isFalse();

    log.look(7, 8, 8, 20_000);

    assertThat(log.bytesOf(1)).isEmpty();
    assertThat(log.hasOutgrownItsSize()).isTrue();
  }

  @Test
  void isMeasuredAgainOnceItIsMoreThanTwiceAsLong() {
    log.look(0, 100, 100, 10_000);
    log.bytes(5_000, 10_000);

    log.look(0, 200, 200, 20_000);
    assertThat(log.hasOutgrownItsSize()).isFalse();
    log.look(0, 201, 201, 30_000);

    assertThat(log.hasOutgrownItsSize()).isTrue();
  }

  @Test
  void timeUntilALogIsFullCountsWhatHasComeSince() {
    log.retention(new Retention(-1, 20_000));
    log.look(0, 100, 100, 10_000);
    log.bytes(5_000, 10_000);
    log.look(0, 200, 200, 20_000);
    log.bytes(10_000, 20_000);

    log.look(0, 300, 300, 30_000);

    assertThat(log.secondsUntilDropped(300)).hasValue(10);
  }

  @Test
  void aTransactionHangsAfterAMinute() {
    log.look(0, 100, 140, 10_000);

    log.look(0, 100, 150, 69_000);
    assertThat(log.hanging(69_000)).isEmpty();
    log.look(0, 100, 160, 70_000);

    assertThat(log.hanging(70_000)).contains(new Hanging(60, 60));
  }

  @Test
  void whereTransactionsUsuallyTakeFiveMinutesNoneHangsBeforeFifteen() {
    long at = 0;
    for (long transaction = 0; transaction < 6; transaction++) {
      log.look(0, 100 * transaction, 100 * transaction + 50, at);
      at += 300_000;
    }
    log.look(0, 1_000, 1_050, at);

    assertThat(log.hanging(at + 899_000)).isEmpty();
    assertThat(log.hanging(at + 900_000)).isPresent();
  }
}

package io.pairstream.operate.lag.watch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PartitionLogTest {

  private final PartitionLog log = new PartitionLog(null);

  @Test
  void whatComesAfterTheLogWasMeasuredIsNotFree() {
    log.note(0, 100, 100, 10_000);
    log.noteSize(5_000);

    log.note(0, 180, 180, 20_000);

    assertThat(log.bytesOf(180)).hasValue(9_000);
    assertThat(log.bytesOf(90)).hasValue(4_500);
    assertThat(log.bytesOf(0)).hasValue(0);
  }

  @Test
  void whereTransactionsUsuallyTakeFiveMinutesNoneHangsBeforeFifteen() {
    long at = 0;
    for (long transaction = 0; transaction < 6; transaction++) {
      log.note(0, 100 * transaction, 100 * transaction + 50, at);
      at += 300_000;
    }
    log.note(0, 1_000, 1_050, at);

    assertThat(log.hanging(at + 899_000)).isEmpty();
    assertThat(log.hanging(at + 900_000)).isPresent();
  }
}

package io.pairstream.ingest.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import io.pairstream.ingest.api.Quotas.Allowance;
import io.pairstream.service.keys.Rates;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuotasTest {

  private static final Rates DEFAULT = new Rates(10, 1_000_000);

  private final AtomicLong now = new AtomicLong(7);
  private final Map<String, Rates> said = new HashMap<>();
  private final Quotas quotas =
      new Quotas(name -> said.getOrDefault(name, Rates.UNSAID).or(DEFAULT), 1, now::get);

  @ParameterizedTest
  @ValueSource(doubles = {0.5, 7, 100, 2500})
  void atTwiceTheLimitTheAcceptedRateOfRecordsIsTheLimit(double perSecond) {
    Rates quota = new Rates(perSecond, Double.POSITIVE_INFINITY);
    said.put("greedy", quota);
    Random random = new Random(4);

    double seconds = 0;
    long accepted = 0;
    while (seconds < Math.max(100, 1000 / perSecond)) {
      // Twice the limit on average, in bursts and pauses.
      seconds += -Math.log(1 - random.nextDouble()) / (2 * perSecond);
      now.set((long) (seconds * 1e9));
      accepted += isLetThrough("greedy", 1, 0) ? 1 : 0;
    }

    assertThat(accepted / seconds).isCloseTo(perSecond, withPercentage(5));
  }

  @Test
  void atTwiceTheLimitTheAcceptedRateOfBytesIsTheLimit() {
    Rates quota = new Rates(Double.POSITIVE_INFINITY, 2e6);
    said.put("greedy", quota);
    Random random = new Random(5);

    double seconds = 0;
    double accepted = 0;
    while (seconds < 300) {
      // From small captions to the largest image, larger than what is ever left at once.
      long bytes = 1L + random.nextInt(8 * 1024 * 1024);
      seconds += bytes / 4e6;
      now.set((long) (seconds * 1e9));
      accepted += isLetThrough("greedy", 1, bytes) ? bytes : 0;
    }

    assertThat(accepted / seconds).isCloseTo(2e6, withPercentage(5));
  }

  @Test
  void aClientThatRetriesWhenAskedIsLetIn() {
    while (isLetThrough("a", 1, 10)) {
      // until nothing is left
    }
    Duration wait = quotas.look("a").untilOpen();

    now.addAndGet(wait.toNanos());

    assertThat(wait).isPositive().isLessThanOrEqualTo(Duration.ofMillis(100));
    assertThat(isLetThrough("a", 1, 10)).isTrue();
  }

  @Test
  void requestLargerThanASecondsWorthPassesAndIsWorkedOff() {
    boolean passed = isLetThrough("a", 1, 8_000_000);

    assertThat(passed).isTrue();
    assertThat(quotas.look("a").bytesLeft()).isEqualTo(-7_000_000);
    assertThat(quotas.look("a").untilOpen()).isBetween(seconds(7), seconds(8));
  }

  @Test
  void severalInstancesGrantTheQuotaTogether() {
    Quotas ofOneInThree = new Quotas(name -> new Rates(30, 3e6), 3, now::get);

    Allowance allowance = ofOneInThree.look("a");

    assertThat(allowance.granted()).isEqualTo(new Rates(10, 1e6));
  }

  @Test
  void otherQuotaHoldsAtOnceAndLeavesADebtStanding() {
    quotas.charge("a", 110, 0);
    said.put("a", new Rates(1000, 0));

    Allowance generous = quotas.look("a");

    assertThat(generous.recordsLeft()).isEqualTo(-100);
    assertThat(generous.untilOpen()).isLessThan(seconds(1));
  }

  /** Looks, and charges where the quota is not used up, as the ingest API does. */
  private boolean isLetThrough(String producer, long records, long bytes) {
    if (!quotas.look(producer).isOpen()) {
      return false;
    }
    quotas.charge(producer, records, bytes);
    return true;
  }

  private static Duration seconds(int seconds) {
    return Duration.ofSeconds(seconds);
  }
}

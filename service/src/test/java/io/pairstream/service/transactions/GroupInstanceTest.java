package io.pairstream.service.transactions;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.RegistryUnavailableException;
import io.pairstream.service.Cluster;
import io.pairstream.service.report.Obstacle;
import io.pairstream.service.report.SelfReport;
import io.pairstream.testing.Await;
import io.pairstream.testing.TestDataset;
import io.pairstream.testing.TestKafka;
import java.time.Clock;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class GroupInstanceTest {

  @RegisterExtension static final TestKafka KAFKA = new TestKafka();

  private final TestDataset dataset = KAFKA.dataset(1, TopicCatalogue.INSTANCES);
  private final Cluster cluster =
      new Cluster(
          dataset.bootstrapServers(),
          "mock://" + dataset.dataset().name(),
          dataset.dataset(),
          TestDataset.SETTINGS,
          Map.of());
  private final SelfReport report = new SelfReport("asks", Clock.systemUTC());
  private final AtomicInteger opened = new AtomicInteger();
  private final AtomicInteger closed = new AtomicInteger();
  @AutoClose private GroupInstance instance;

  @Test
  void beginsAgainAfterAnOutageAndSaysWhatItWaitsFor() {
    CountDownLatch isSeen = new CountDownLatch(1);
    start(
        session -> {
          if (session == 1) {
            throw new KafkaException("no broker today");
          }
          awaitQuietly(isSeen);
          return true;
        });

    Await.until(
        "it says what it waits for",
        () -> report.obstacle().filter(text -> text.contains("no broker today")).isPresent(),
        report::obstacle);
    Await.until("the obstacle is gone", () -> report.obstacle().isEmpty(), report::obstacle);
    isSeen.countDown();

    assertThat(instance.awaitEnd()).isEmpty();
    assertThat(closed).hasValue(2);
  }

  @Test
  void aRefusalEndsIt() {
    start(
        session -> {
          throw new GroupAuthorizationException("not this group");
        });

    assertThat(instance.awaitEnd().orElseThrow()).isInstanceOf(GroupAuthorizationException.class);
    assertThat(instance.hasEnded()).isTrue();
    assertThat(closed).hasValue(1);
  }

  @Test
  void aRegistryThatIsAwayIsWaitedFor() {
    AtomicInteger runs = new AtomicInteger();
    work(
        topics -> {
          if (runs.incrementAndGet() == 1) {
            throw new RegistryUnavailableException("no registry today", null);
          }
          return true;
        });

    assertThat(instance.awaitEnd()).isEmpty();
    assertThat(runs).hasValue(2);
  }

  @Test
  void aCloseLetsTheSessionEnd() {
    start(session -> false);
    Await.until("it works", () -> opened.get() > 0, opened::get);

    instance.close();

    assertThat(instance.hasEnded()).isTrue();
    assertThat(instance.awaitEnd()).isEmpty();
    assertThat(closed.get()).isEqualTo(opened.get());
    assertThat(report.now().getState()).isEqualTo("STOPPING");
  }

  @Test
  void reportsItsPartitionsInOrder() {
    CountDownLatch isSeen = new CountDownLatch(1);
    start(
        session -> {
          awaitQuietly(isSeen);
          return true;
        });
    assertThat(report.now().getFacts())
        .containsEntry(AbandonedTransaction.IDS_FACT, instance.clients().transactionalId());
    Await.until("it has no partition yet", () -> isIn("REBALANCING"), report::now);

    instance.worksOn(partitions("b", 2, "b", 10, "a", 1));

    assertThat(report.now().getState()).isEqualTo("RUNNING");
    assertThat(report.now().getAssigned()).containsExactly("a-1", "b-2", "b-10");
    instance.waitsFor(Obstacle.notRead("the disk is full"));
    assertThat(report.now().getState()).isEqualTo("WAITING");
    isSeen.countDown();
  }

  private boolean isIn(String state) {
    return report.now().getState().equals(state);
  }

  private static Set<TopicPartition> partitions(Object... topicsAndNumbers) {
    TopicPartition[] all = new TopicPartition[topicsAndNumbers.length / 2];
    Arrays.setAll(
        all,
        i ->
            new TopicPartition(
                (String) topicsAndNumbers[2 * i], (int) topicsAndNumbers[2 * i + 1]));
    return Set.of(all);
  }

  private void work(GroupInstance.Work work) {
    instance = new GroupInstance(cluster, dataset.dataset().fetchGroup(), report, work);
    instance.start();
  }

  /** Starts an instance of sessions that get their number, from 1. */
  private void start(Predicate<Integer> session) {
    work(
        topics ->
            instance.repeat(() -> new NumberedSession(opened.incrementAndGet(), session), () -> 0));
  }

  private final class NumberedSession implements GroupInstance.Session {

    private final int number;
    private final Predicate<Integer> work;

    NumberedSession(int number, Predicate<Integer> work) {
      this.number = number;
      this.work = work;
    }

    @Override
    public boolean run(BooleanSupplier stop) {
      return work.test(number);
    }

    @Override
    public void close() {
      closed.incrementAndGet();
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

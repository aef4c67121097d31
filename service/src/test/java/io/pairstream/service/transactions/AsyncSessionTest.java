package io.pairstream.service.transactions;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.wire.FinishedOffsets;
import io.pairstream.service.Cluster;
import io.pairstream.service.report.SelfReport;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AsyncSessionTest {

  private static final TopicPartition ONE = new TopicPartition("in", 1);
  private static final TopicPartition TWO = new TopicPartition("in", 2);

  private final Member member = new Member();
  private final MockProducer<byte[], byte[]> producer =
      new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
  private final HeldWork work = new HeldWork();

  @Test
  void commitsTheLowWaterMarkAndWhatIsFinishedAboveItWithTheResults() {
    run(
        () -> assign(ONE),
        () -> add(ONE, 0, 5),
        () -> work.end(ONE, 1, 3),
        () -> assertThat(committed(ONE)).isEqualTo(finished(0, 1, 3)),
        () -> work.end(ONE, 0, 2));

    assertThat(written()).containsExactly("1@1", "1@3", "1@0", "1@2");
    assertThat(committed(ONE)).isEqualTo(finished(4));
  }

  @Test
  void theNextSessionTakesWhatIsNotFinishedAndNothingElse() {
    member.begin(ONE, finished(10, 11, 13));
    run(
        () -> assign(ONE),
        () -> add(ONE, 10, 16),
        () -> assertThat(work.taken).containsExactly(10L, 12L, 14L, 15L));
  }

  @Test
  void aKillBeforeTheCommitLeavesNothing() {
    HeldWork.Session killed = work.new Session();
    member.steps =
        steps(
            () -> assign(ONE),
            () -> add(ONE, 0, 2),
            () -> {
              work.end(ONE, 0, 1);
              producer.commitTransactionException = new KafkaException("killed");
            });

    assertThatThrownBy(() -> killed.run(() -> false)).hasMessage("killed");
    killed.close();

    assertThat(producer.closed()).isTrue();
    assertThat(producer.history()).isEmpty();
    assertThat(producer.consumerGroupOffsetsHistory()).isEmpty();
  }

  @Test
  void whatEndedIsCommittedBeforeAPartitionGoesAndNothingAfterwards() {
    run(
        () -> assign(ONE, TWO),
        () -> {
          add(ONE, 0, 3);
          add(TWO, 0, 3);
        },
        () -> {
          work.end(ONE, 1);
          work.end(TWO, 0);
          assign(TWO);
          assertThat(written()).containsExactlyInAnyOrder("1@1", "2@0");
          assertThat(committed(ONE)).isEqualTo(finished(0, 1));
          assertThat(work.held.keySet()).extracting(ConsumerRecord::partition).containsOnly(2);
        },
        () -> work.end(TWO, 1, 2));

    assertThat(written()).doesNotContain("1@0", "1@2").hasSize(4);
    assertThat(committed(ONE)).isEqualTo(finished(0, 1));
    assertThat(committed(TWO)).isEqualTo(finished(3));
  }

  @Test
  void lostPartitionsEndTheSessionWithoutACommit() {
    HeldWork.Session session = work.new Session();
    member.steps =
        steps(
            () -> assign(ONE),
            () -> add(ONE, 0, 2),
            () -> {
              work.end(ONE, 0);
              member.listener.onPartitionsLost(List.of(ONE));
            });

    assertThatThrownBy(() -> session.run(() -> false)).hasMessageContaining("another instance");
    session.close();

    assertThat(producer.history()).isEmpty();
  }

  @Test
  void aRecordThatCannotBeTakenYetComesAgainInItsOrder() {
    work.refused = 2;
    run(
        () -> assign(ONE),
        () -> add(ONE, 0, 4),
        () -> {
          assertThat(work.taken).containsExactly(0L, 1L);
          assertThat(member.position(ONE)).isEqualTo(2);
          assertThat(work.comeAgain).containsExactly(3L);
          work.refused = -1;
          add(ONE, 2, 4); // as a broker gives them once more
        },
        () -> member.awaited = ONE,
        () -> {},
        () -> assertThat(work.taken).containsExactly(0L, 1L, 2L, 3L));
  }

  @Test
  void aFullPartitionIsPausedAndResumed() {
    run(
        () -> assign(ONE, TWO),
        () -> work.full = ONE,
        () -> assertThat(member.paused()).containsExactly(ONE),
        () -> work.full = TWO,
        () -> assertThat(member.paused()).containsExactly(TWO));
  }

  @Test
  void aLogMayBeginFarBehindTheLastCommit() {
    member.begin(ONE, finished(5));
    run(
        () -> assign(ONE),
        () -> {
          member.seek(ONE, 7_000_000_000L);
          add(ONE, 7_000_000_000L, 7_000_000_001L);
        },
        () -> member.awaited = ONE,
        () -> add(ONE, 7_000_000_000L, 7_000_000_001L),
        () -> work.end(ONE, 7_000_000_000L));

    assertThat(committed(ONE)).isEqualTo(finished(7_000_000_001L));
  }

  @Test
  void recordsWithoutAFinishedPositionAreFencedByPositionsThatStay() {
    member.begin(ONE, finished(7));
    run(
        () -> assign(ONE),
        () -> work.outbox.add(new ProducerRecord<>("out", "any".getBytes(UTF_8))));

    assertThat(written()).containsExactly("any");
    assertThat(committed(ONE)).isEqualTo(finished(7));
  }

  @Test
  void whatIsUnderWayMayEndWhenTheSessionStops() {
    work.endsWhenStopping = true;
    run(() -> assign(ONE), () -> add(ONE, 0, 2));

    assertThat(written()).containsExactly("1@0", "1@1");
    assertThat(committed(ONE)).isEqualTo(finished(2));
  }

  /** Runs a session, one step at each poll, and stops it. */
  private void run(Runnable... steps) {
    try (HeldWork.Session session = work.new Session()) {
      member.steps = List.of(steps).iterator();
      session.run(() -> member.isThrough());
    }
  }

  private void assign(TopicPartition... partitions) {
    member.rebalance(Arrays.asList(partitions));
  }

  private void add(TopicPartition partition, long from, long to) {
    LongStream.range(from, to)
        .forEach(
            offset ->
                member.addRecord(
                    new ConsumerRecord<>(
                        partition.topic(), partition.partition(), offset, null, new byte[1])));
  }

  private static OffsetAndMetadata finished(long low, long... above) {
    BitSet bits = new BitSet();
    Arrays.stream(above).forEach(offset -> bits.set((int) (offset - low)));
    return new OffsetAndMetadata(low, new FinishedOffsets(low, bits).metadata());
  }

  private OffsetAndMetadata committed(TopicPartition partition) {
    OffsetAndMetadata last = null;
    for (Map<String, Map<TopicPartition, OffsetAndMetadata>> each :
        producer.consumerGroupOffsetsHistory()) {
      for (Map<TopicPartition, OffsetAndMetadata> offsets : each.values()) {
        last = offsets.getOrDefault(partition, last);
      }
    }
    return last;
  }

  private List<String> written() {
    return producer.history().stream().map(each -> new String(each.value(), UTF_8)).toList();
  }

  private static Iterator<Runnable> steps(Runnable... steps) {
    return List.of(steps).iterator();
  }

  /** A member of a group that makes one step of a test at each poll. */
  private static final class Member extends MockConsumer<byte[], byte[]> {

    private final Map<TopicPartition, OffsetAndMetadata> committed = new HashMap<>();
    private Iterator<Runnable> steps;
    private TopicPartition awaited;
    private ConsumerRebalanceListener listener;

    Member() {
      super("earliest");
      updateBeginningOffsets(Map.of(ONE, 0L, TWO, 0L));
    }

    void begin(TopicPartition partition, OffsetAndMetadata offset) {
      committed.put(partition, offset);
      commitSync(Map.of(partition, offset));
    }

    @Override
    public synchronized Map<TopicPartition, OffsetAndMetadata> committed(
        Set<TopicPartition> partitions) {
      return committed; // those of partitions that are assigned in this moment, too
    }

    boolean isThrough() {
      return !steps.hasNext() && awaited == null;
    }

    @Override
    public synchronized void subscribe(
        Collection<String> topics, ConsumerRebalanceListener rebalances) {
      listener = rebalances;
      super.subscribe(topics, rebalances);
    }

    @Override
    public synchronized ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
      if (awaited == null || !paused().contains(awaited)) {
        awaited = null;
        if (steps.hasNext()) {
          steps.next().run();
        }
      }
      return super.poll(timeout);
    }
  }

  /** Work on records that ends when a test says so. */
  private final class HeldWork {

    private final List<Long> taken = new ArrayList<>();
    private final List<Long> comeAgain = new ArrayList<>();
    private final Map<ConsumerRecord<byte[], byte[]>, AssignedPartition> held =
        new LinkedHashMap<>();
    private final List<ConsumerRecord<byte[], byte[]>> ended = new ArrayList<>();
    private Outbox outbox;
    private TopicPartition full;
    private long refused = -1;
    private boolean endsWhenStopping;

    void end(TopicPartition partition, long... offsets) {
      for (long offset : offsets) {
        held.keySet().stream()
            .filter(each -> each.partition() == partition.partition() && each.offset() == offset)
            .forEach(ended::add);
      }
    }

    private final class Session extends AsyncSession<AssignedPartition> {

      Session() {
        super(
            new GroupInstance(
                new Cluster("127.0.0.1:1", "mock://async", new Dataset("any"), Map.of(), Map.of()),
                "group",
                new SelfReport("async", Clock.systemUTC()),
                topics -> true),
            new Outbox(producer, new ArrayList<>()),
            member);
        outbox = outbox();
      }

      @Override
      protected void begin() {
        join(List.of("in"));
      }

      @Override
      protected AssignedPartition take(TopicPartition partition, OffsetAndMetadata committed) {
        return new AssignedPartition(partition, committed);
      }

      @Override
      protected boolean isFull(AssignedPartition partition) {
        return partition.topicPartition().equals(full);
      }

      @Override
      protected boolean take(AssignedPartition partition, ConsumerRecord<byte[], byte[]> record) {
        if (record.offset() == refused) {
          return false;
        }
        taken.add(record.offset());
        held.put(record, partition);
        return true;
      }

      @Override
      protected void comeAgain(List<ConsumerRecord<byte[], byte[]>> records) {
        records.forEach(record -> comeAgain.add(record.offset()));
      }

      @Override
      protected boolean isUnderWay() {
        return endsWhenStopping && !held.isEmpty();
      }

      @Override
      protected boolean isBusy() {
        return false;
      }

      @Override
      protected boolean settle(boolean isStopping) {
        if (isStopping && endsWhenStopping) {
          ended.addAll(held.keySet());
        }
        boolean isAny = !ended.isEmpty();
        for (ConsumerRecord<byte[], byte[]> record : ended) {
          String result = record.partition() + "@" + record.offset();
          outbox.add(new ProducerRecord<>("out", result.getBytes(UTF_8)));
          held.remove(record).finish(record.offset());
        }
        ended.clear();
        return isAny;
      }

      @Override
      protected void handOn() {}

      @Override
      protected void drop(List<AssignedPartition> revoked) {
        held.values().removeAll(revoked);
        ended.retainAll(held.keySet());
      }
    }
  }
}

package io.pairstream.operations.review;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.schemas.Action;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.service.Cluster;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is said of a commit, played with the Kafka client's own stand-in for a producer. */
class DecisionLogTest {

  private final TimeoutException noAnswer = new TimeoutException("no answer");

  private final ClusterAccess cluster =
      new ClusterAccess(
          new Cluster(
              "127.0.0.1:1", "mock://decision-log", new Dataset("flowers"), Map.of(), Map.of()));
  private final AnsweringProducer producer = new AnsweringProducer();
  private final DecisionLog log = new DecisionLog(cluster.topics(), producer);

  /** Fails its next commits as it is told; later ones go well. */
  private static final class AnsweringProducer extends MockProducer<byte[], byte[]> {

    private final Deque<KafkaException> answers = new ArrayDeque<>();
    private int commits;

    AnsweringProducer() {
      super(true, null, new ByteArraySerializer(), new ByteArraySerializer());
    }

    @Override
    public void commitTransaction() {
      commits++;
      if (!answers.isEmpty()) {
        throw answers.remove();
      }
      super.commitTransaction();
    }
  }

  @BeforeEach
  void begin() {
    cluster.registry().register(cluster.topics().actions().name() + "-value", Action.SCHEMA$);
    producer.initTransactions();
    log.add(Action.newBuilder().setActionId("a").build());
  }

  private CommitException failure() {
    return catchThrowableOfType(CommitException.class, log::commit);
  }

  @Test
  void commitWithoutAnAnswerIsAskedAgain() {
    producer.answers.add(noAnswer);

    log.commit();

    assertThat(producer.commits).isEqualTo(2);
    assertThat(producer.transactionCommitted()).isTrue();
    assertThat(producer.history()).hasSize(1);
  }

  @Test
  void commitThatNeverIsAnsweredMayStandAndIsNotGivenUp() {
    producer.answers.addAll(List.of(noAnswer, noAnswer));

    CommitException failure = failure();

    assertThat(producer.commits).isEqualTo(DecisionLog.COMMIT_ATTEMPTS);
    assertThat(failure.mayStand()).isTrue();
    assertThat(failure.othersWrite()).isFalse();
    assertThat(producer.transactionAborted()).isFalse();
  }

  @Test
  void whoLosesTheTurnAfterAskingMayHaveCommitted() {
    producer.answers.addAll(
        List.of(noAnswer, new KafkaException(new InvalidProducerEpochException("newer"))));

    CommitException failure = failure();

    assertThat(failure.mayStand()).isTrue();
    assertThat(failure.othersWrite()).isTrue();
  }

  @Test
  void whoHasLostTheTurnBeforeHasCommittedNothing() {
    producer.fenceProducer();

    CommitException failure = failure();

    assertThat(failure).hasRootCauseInstanceOf(ProducerFencedException.class);
    assertThat(failure.mayStand()).isFalse();
    assertThat(failure.othersWrite()).isTrue();
    assertThat(producer.commits).isZero();
  }

  @Test
  void commitThatIsRefusedIsGivenUpAndTheNextGoesWell() {
    producer.answers.add(new KafkaException("not allowed"));

    CommitException failure = failure();

    assertThat(failure.settledByAnotherTurn()).isFalse();
    assertThat(producer.transactionAborted()).isTrue();
    log.add(Action.newBuilder().setActionId("b").build());
    log.commit();
    assertThat(producer.history())
        .singleElement()
        .satisfies(record -> assertThat(new String(record.key(), UTF_8)).isEqualTo("b"));
  }

  @Test
  void whatIsNotDeliveredIsNotCommitted() {
    producer.sendException = new RecordTooLargeException("too large");

    CommitException failure = failure();

    assertThat(failure.settledByAnotherTurn()).isFalse();
    assertThat(producer.commits).isZero();
    assertThat(producer.transactionAborted()).isTrue();
  }

  @Test
  void nothingIsCommittedWhereNothingWasAdded() {
    log.commit();
    log.commit();

    assertThat(producer.commits).isEqualTo(1);
    assertThatThrownBy(
            () -> {
              producer.answers.add(new KafkaException("not allowed"));
              producer.abortTransactionException = new KafkaException("away");
              log.add(Action.newBuilder().setActionId("c").build());
              log.commit();
            })
        .isInstanceOfSatisfying(CommitException.class, e -> assertThat(e.mayStand()).isTrue());
  }
}

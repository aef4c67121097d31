package io.pairstream.preprocess.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.errors.TaskCorruptedException;
import org.apache.kafka.streams.errors.TaskMigratedException;
import org.apache.kafka.streams.processor.TaskId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class BrokerOutageTest {

  private static final String CONSUMER = KafkaConsumer.class.getPackageName() + ".internals.";
  private static final String PRODUCER = KafkaProducer.class.getPackageName() + ".internals.";

  /** Ends of threads of Kafka Streams 4.4 after an outage, a pause or a missed session. */
  static Stream<Throwable> outages() {
    return Stream.of(
        // A member that missed its session commits, also on the way out of a corrupted task.
        inErrorState(
            thrownBy(
                new CommitFailedException("consumer group metadata mismatch"),
                PRODUCER + "TransactionManager$TxnOffsetCommitHandler")),
        inErrorState(Errors.UNKNOWN_MEMBER_ID.exception()),
        inErrorState(Errors.ILLEGAL_GENERATION.exception()),
        // Others ended what this process left open, while its producer was still beginning.
        inErrorState(Errors.PRODUCER_FENCED.exception()),
        inErrorState(Errors.INVALID_PRODUCER_EPOCH.exception()),
        inErrorState(Errors.INVALID_TXN_STATE.exception()),
        inErrorState(Errors.TRANSACTION_ABORTABLE.exception()),
        // Late answers within the handling of such answers.
        new TaskCorruptedException(Set.of(new TaskId(0, 1))),
        new TaskMigratedException("begins anew"),
        Errors.REQUEST_TIMED_OUT.exception(),
        // Records and members that clients gave up.
        inErrorState(
            thrownBy(new KafkaException("can no longer retry"), PRODUCER + "TransactionManager")),
        thrownBy(
            new KafkaException("Unexpected error from SyncGroup: the coordinator is loading"),
            CONSUMER + "AbstractCoordinator$SyncGroupResponseHandler"),
        thrownBy(
            new IllegalStateException("No current assignment for partition"),
            CONSUMER + "SubscriptionState"));
  }

  @ParameterizedTest
  @MethodSource("outages")
  void isBehindWhatAnOutageOrAPauseEndsAThreadWith(Throwable thrown) {
    assertThat(BrokerOutage.isBehind(thrown)).isTrue();
    assertThat(BrokerOutage.isBehind(new StreamsException(thrown))).isTrue();
  }

  /** A producer's invalid state is known by the class that throws. */
  @Test
  void isBehindAProducerInNoStateToGoOn() {
    Map<String, Object> settings =
        Map.of("bootstrap.servers", "127.0.0.1:1", "transactional.id", "unused");
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      Throwable thrown = catchThrowable(producer::beginTransaction);

      assertThat(thrown).isInstanceOf(IllegalStateException.class);
      assertThat(BrokerOutage.isBehind(new StreamsException(thrown))).isTrue();
    }
  }

  static Stream<Throwable> ours() {
    return Stream.of(
        new IllegalStateException("ours"),
        new KafkaException("of a consumer, or ours"),
        new IllegalArgumentException("ours"),
        new OutOfMemoryError("ours"),
        thrownBy(new KafkaException("a record that is damaged"), CONSUMER + "CompletedFetch"),
        thrownBy(new ConfigException("no such setting"), PRODUCER + "Sender"),
        new SerializationException("no such record"),
        new RecordTooLargeException("too large"),
        new NoOffsetForPartitionException(new TopicPartition("raw", 0)));
  }

  @ParameterizedTest
  @MethodSource("ours")
  void isNotBehindWhatWaitingDoesNotMend(Throwable thrown) {
    assertThat(BrokerOutage.isBehind(new StreamsException(thrown))).isFalse();
  }

  @ParameterizedTest
  @EnumSource(
      value = Errors.class,
      names = ".*(AUTHORIZATION_FAILED|AUTHENTICATION_FAILED|INVALID_(CONFIG|TOPIC_EXC).*)",
      mode = EnumSource.Mode.MATCH_ANY)
  void isNotBehindAnAnswerAboutRightsOrSettings(Errors answer) {
    assertThat(BrokerOutage.isBehind(inErrorState(answer.exception()))).isFalse();
  }

  private static StreamsException inErrorState(RuntimeException cause) {
    return new StreamsException(
        "Error encountered trying to commit a transaction",
        new KafkaException(
            "Cannot execute transactional method because we are in an error state", cause));
  }

  private static <T extends Throwable> T thrownBy(T thrown, String type) {
    thrown.setStackTrace(new StackTraceElement[] {new StackTraceElement(type, "any", null, 1)});
    return thrown;
  }
}

package io.pairstream.preprocess.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TransactionAbortableException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.errors.StreamsException;
import org.junit.jupiter.api.Test;

class BrokerOutageTest {

  @Test
  void isBehindWhatTimedOut() {
    assertThat(BrokerOutage.isBehind(new TimeoutException("in vain"))).isTrue();
    assertThat(
            BrokerOutage.isBehind(
                new StreamsException(
                    new KafkaException(
                        new TransactionAbortableException("aborted after exhausting retries")))))
        .isTrue();
  }

  /** Answer of a coordinator that was stopped, before it learns that another has taken over. */
  @Test
  void isBehindACoordinatorThatHasNotSeenTheTransaction() {
    assertThat(
            BrokerOutage.isBehind(
                new StreamsException(new InvalidTxnStateException("state is EMPTY"))))
        .isTrue();
  }

  /** A producer's invalid state is known by the class that throws. */
  @Test
  void isBehindAProducerInNoStateToGoOn() {
    Map<String, Object> settings =
        Map.of(
            "bootstrap.servers",
            "127.0.0.1:1",
            "transactional.id",
            "unused",
            "key.serializer",
            ByteArraySerializer.class,
            "value.serializer",
            ByteArraySerializer.class);
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings)) {
      Throwable thrown = catchThrowable(producer::beginTransaction);

      assertThat(thrown).isInstanceOf(IllegalStateException.class);
      assertThat(BrokerOutage.isBehind(new StreamsException(thrown))).isTrue();
    }
  }

  @Test
  void isBehindRecordsThatAProducerGaveUp() {
    KafkaException givenUp =
        thrownBy(
            new KafkaException("can no longer retry"),
            KafkaProducer.class.getPackageName() + ".internals.TransactionManager",
            "maybeResolveSequences");

    assertThat(BrokerOutage.isBehind(new StreamsException(new KafkaException(givenUp)))).isTrue();
  }

  /** Kafka's consumer does not expect that a coordinator is loading when a member syncs. */
  @Test
  void isBehindACoordinatorThatIsLoading() {
    KafkaException unexpected =
        thrownBy(
            new KafkaException("Unexpected error from SyncGroup: the coordinator is loading"),
            KafkaConsumer.class.getPackageName()
                + ".internals.AbstractCoordinator$SyncGroupResponseHandler",
            "handle");

    assertThat(BrokerOutage.isBehind(new StreamsException(unexpected))).isTrue();
  }

  private static KafkaException thrownBy(KafkaException thrown, String type, String method) {
    thrown.setStackTrace(new StackTraceElement[] {new StackTraceElement(type, method, null, 1)});
    return thrown;
  }

  @Test
  void isNotBehindWhatWaitingDoesNotMend() {
    assertThat(
            List.of(
                new IllegalStateException("ours"),
                new KafkaException("of a consumer, or ours"),
                new IllegalArgumentException("ours"),
                thrownBy(
                    new KafkaException("a record that is damaged"),
                    KafkaConsumer.class.getPackageName() + ".internals.CompletedFetch",
                    "fetchRecords"),
                new TopicAuthorizationException("not allowed"),
                new RecordTooLargeException("too large"),
                new ProducerFencedException("another")))
        .noneMatch(thrown -> BrokerOutage.isBehind(new StreamsException(thrown)));
  }
}

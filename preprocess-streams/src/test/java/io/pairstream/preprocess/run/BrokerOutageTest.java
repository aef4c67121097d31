package io.pairstream.preprocess.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.KafkaException;
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

  /** What a producer says that is in no state to go on is known by who says it. */
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
    KafkaException givenUp = new KafkaException("can no longer retry");
    givenUp.setStackTrace(
        new StackTraceElement[] {
          new StackTraceElement(
              KafkaProducer.class.getPackageName() + ".internals.TransactionManager",
              "maybeResolveSequences",
              "TransactionManager.java",
              884)
        });

    assertThat(BrokerOutage.isBehind(new StreamsException(new KafkaException(givenUp)))).isTrue();
  }

  @Test
  void isNotBehindWhatWaitingDoesNotMend() {
    assertThat(
            List.of(
                new IllegalStateException("ours"),
                new KafkaException("of a consumer, or ours"),
                new IllegalArgumentException("ours"),
                new TopicAuthorizationException("not allowed"),
                new RecordTooLargeException("too large"),
                new ProducerFencedException("another")))
        .noneMatch(thrown -> BrokerOutage.isBehind(new StreamsException(thrown)));
  }
}

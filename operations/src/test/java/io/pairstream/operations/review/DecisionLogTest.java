package io.pairstream.operations.review;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.schemas.Action;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.service.Cluster;
import java.util.Map;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is said of a commit, played with the Kafka client's own stand-in for a producer. */
class DecisionLogTest {

  private final ClusterAccess cluster =
      new ClusterAccess(
          new Cluster(
              "127.0.0.1:1", "mock://decision-log", new Dataset("flowers"), Map.of(), Map.of()));
  private final AnsweringProducer producer = new AnsweringProducer();
  private final DecisionLog log = new DecisionLog(cluster.topics(), producer);

  /** Fails its commits as it is told. */
  private static final class AnsweringProducer extends MockProducer<byte[], byte[]> {

    private KafkaException answer;

    AnsweringProducer() {
      super(true, null, new ByteArraySerializer(), new ByteArraySerializer());
    }

    @Override
    public void commitTransaction() {
      if (answer != null) {
        throw answer;
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

  @Test
  void commitThatIsNotConfirmedIsUndoneAndTheNextGoesWell() {
    producer.answer = new KafkaException("not allowed");

    assertThatThrownBy(log::commit).isInstanceOf(KafkaException.class);
    assertThat(producer.transactionAborted()).isTrue();

    producer.answer = null;
    log.add(Action.newBuilder().setActionId("b").build());
    log.commit();
    log.commit();
    assertThat(producer.history())
        .singleElement()
        .satisfies(record -> assertThat(new String(record.key(), UTF_8)).isEqualTo("b"));
  }
}

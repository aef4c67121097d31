package io.pairstream.preprocess.run;

import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;

/** What brokers answer to the questions of an admin client. */
final class Answers {

  private Answers() {}

  /**
   * Waits for an answer.
   *
   * @throws KafkaException where the answer is an error
   */
  static <T> T of(KafkaFuture<T> future) throws InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof KafkaException known ? known : new KafkaException(e.getCause());
    }
  }
}

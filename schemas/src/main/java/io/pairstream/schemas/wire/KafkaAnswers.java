package io.pairstream.schemas.wire;

import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;

/** Answers of brokers, to admin clients and producers. */
public final class KafkaAnswers {

  private KafkaAnswers() {}

  /**
   * Waits for an answer.
   *
   * @throws KafkaException with which the question failed; {@link InterruptException} where this
   *     thread is interrupted
   */
  public static <T> T await(Future<T> answer) {
    try {
      return get(answer);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  /**
   * Waits for an answer about one thing of many; empty where it was refused, which is not the
   * others' matter.
   *
   * @throws InterruptException where this thread is interrupted
   */
  public static <T> Optional<T> unlessRefused(Future<T> answer) {
    try {
      return Optional.ofNullable(await(answer));
    } catch (InterruptException e) {
      throw e;
    } catch (KafkaException e) {
      return Optional.empty();
    }
  }

  /**
   * Waits for an answer.
   *
   * @throws KafkaException with which the question failed
   */
  public static <T> T get(Future<T> answer) throws InterruptedException {
    try {
      return answer.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof KafkaException refused
          ? refused
          : new KafkaException(e.getCause());
    }
  }
}

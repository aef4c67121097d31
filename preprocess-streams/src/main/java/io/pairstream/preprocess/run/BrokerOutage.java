package io.pairstream.preprocess.run;

import io.pairstream.schemas.wire.RootCause;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidPidMappingException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TransactionAbortableException;
import org.apache.kafka.common.errors.UnknownProducerIdException;

/**
 * Finds whether a stream thread ended because the brokers were away for longer than its clients
 * wait, or were just coming back.
 *
 * <p>Kafka Streams continues after most time-outs. It does not recover from a producer that has
 * given a record or a commit up: the producer's state forbids whatever the thread does next, and
 * the thread ends. Nor does it recover from a coordinator that is still loading its groups, or from
 * one that hung, has been replaced, does not know it yet, and says of a transaction that it has not
 * seen that it cannot be committed. Nothing is wrong with the process: another thread has new
 * clients, and does again what was not committed.
 */
final class BrokerOutage {

  private static final String PRODUCER = KafkaProducer.class.getPackageName();

  private static final String COORDINATOR =
      KafkaConsumer.class.getPackageName() + ".internals.AbstractCoordinator";

  private BrokerOutage() {}

  /** Whether an outage is what ended the thread. */
  static boolean isBehind(Throwable thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof RetriableException
          || cause instanceof TransactionAbortableException
          || cause instanceof OutOfOrderSequenceException
          || cause instanceof UnknownProducerIdException
          || cause instanceof InvalidPidMappingException
          || cause instanceof InvalidTxnStateException) {
        return true;
      }
    }
    return isProducersState(RootCause.of(thrown)) || isCoordinatorsState(RootCause.of(thrown));
  }

  /**
   * Whether the producer has reported an invalid state: a commit that timed out is pending, or it
   * has given up records of the transaction. These exceptions have no class of their own; those of
   * a producer that may not write, or was fenced, do.
   */
  private static boolean isProducersState(Throwable thrown) {
    StackTraceElement[] stack = thrown.getStackTrace();
    return (thrown.getClass() == IllegalStateException.class
            || thrown.getClass() == KafkaException.class)
        && stack.length > 0
        && stack[0].getClassName().startsWith(PRODUCER);
  }

  /**
   * Whether a group's coordinator was in a state that the consumer does not expect: a coordinator
   * that is loading the group answers so to a member that has just joined. What is wrong with the
   * member or its rights has exceptions of its own.
   */
  private static boolean isCoordinatorsState(Throwable thrown) {
    StackTraceElement[] stack = thrown.getStackTrace();
    return thrown.getClass() == KafkaException.class
        && stack.length > 0
        && stack[0].getClassName().startsWith(COORDINATOR);
  }
}

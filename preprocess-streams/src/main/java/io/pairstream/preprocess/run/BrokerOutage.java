package io.pairstream.preprocess.run;

import java.util.List;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.GroupMaxSizeReachedException;
import org.apache.kafka.common.errors.InconsistentGroupProtocolException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidGroupIdException;
import org.apache.kafka.common.errors.InvalidSessionTimeoutException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.InvalidTxnTimeoutException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SecurityDisabledException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.streams.errors.TaskCorruptedException;
import org.apache.kafka.streams.errors.TaskMigratedException;

/**
 * Finds whether a stream thread ended because of the brokers, or of a pause of this process: they
 * were away for longer than its clients wait, were just coming back, or took it for dead meanwhile.
 *
 * <p>Kafka Streams continues after most of it, but not always: a producer that has given up, a
 * commit of a member that missed its session, or a coordinator in a state that a client does not
 * expect ends the thread. Nothing is wrong with the process: another thread has new clients, and
 * does again what was not committed. So whatever Kafka's clients and brokers report counts as that,
 * except for {@link #OURS}; and what comes from elsewhere, as from our processors, does not.
 */
final class BrokerOutage {

  /** Faults of settings, rights or records that brokers and clients report: waiting helps none. */
  private static final List<Class<? extends KafkaException>> OURS =
      List.of(
          InvalidConfigurationException.class, // rights and credentials are such, too
          ConfigException.class,
          SerializationException.class,
          RecordTooLargeException.class,
          InvalidTimestampException.class,
          InvalidOffsetException.class,
          PolicyViolationException.class,
          SecurityDisabledException.class,
          InvalidGroupIdException.class,
          InconsistentGroupProtocolException.class,
          GroupMaxSizeReachedException.class,
          InvalidSessionTimeoutException.class,
          InvalidTxnTimeoutException.class);

  private static final String CLIENTS = CommonClientConfigs.class.getPackageName() + ".";

  /** Class that reports faults of a fetched record. */
  private static final String FETCHED =
      KafkaConsumer.class.getPackageName() + ".internals.CompletedFetch";

  private BrokerOutage() {}

  /** Whether brokers, or a pause, ended the thread; the outermost cause that tells decides. */
  static boolean isBehind(Throwable thrown) {
    if (thrown == null || OURS.stream().anyMatch(type -> type.isInstance(thrown))) {
      return false;
    }
    return thrown instanceof ApiException
        || thrown instanceof TaskMigratedException
        || thrown instanceof TaskCorruptedException
        || isClientsState(thrown)
        || isBehind(thrown.getCause());
  }

  /**
   * Whether one of Kafka's clients reports a state that it cannot go on from, which has mostly no
   * class of its own: a commit that timed out is pending, a member is none any more.
   */
  private static boolean isClientsState(Throwable thrown) {
    StackTraceElement[] stack = thrown.getStackTrace();
    return (thrown instanceof IllegalStateException || thrown instanceof KafkaException)
        && thrown.getCause() == null
        && stack.length > 0
        && stack[0].getClassName().startsWith(CLIENTS)
        && !stack[0].getClassName().startsWith(FETCHED);
  }
}

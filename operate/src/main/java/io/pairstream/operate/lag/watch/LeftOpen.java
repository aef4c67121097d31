package io.pairstream.operate.lag.watch;

import io.pairstream.curation.sentence.Sentence;
import io.pairstream.curation.sentence.Template;
import io.pairstream.operate.lag.Durations;
import io.pairstream.service.transactions.AbandonedTransaction;
import org.apache.kafka.common.TopicPartition;

/**
 * A transaction of an instance that died, which holds others up.
 *
 * @param instance the name of the instance, or its transactional id where its name is unknown
 * @param remedy the command that ends the transaction at once
 */
record LeftOpen(AbandonedTransaction transaction, String instance, String remedy) {

  /**
   * Whether a group may stand on a partition because of it: it reads there, or was the dead one's.
   */
  boolean holdsUp(String group, TopicPartition partition) {
    return transaction.partitions().contains(partition) || transaction.group().equals(group);
  }

  /** The sentence of a group that is stuck, with the open transaction as the reason. */
  Sentence after(Sentence status) {
    return Template.LEFT_OPEN.with(
        status, instance, Durations.timeToTheSecond(transaction.endsAt()), remedy);
  }
}

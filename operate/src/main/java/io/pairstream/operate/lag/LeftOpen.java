package io.pairstream.operate.lag;

import io.pairstream.operate.sentence.Sentence;
import io.pairstream.operate.sentence.Template;
import io.pairstream.service.transactions.AbandonedTransaction;
import org.apache.kafka.common.TopicPartition;

/**
 * A transaction of an instance that died, which holds others up.
 *
 * @param instance the name of the instance, or its transactional id where nobody knows its name
 * @param remedy the command that ends the transaction at once
 */
record LeftOpen(AbandonedTransaction transaction, String instance, String remedy) {

  /**
   * Whether a group may stand on a partition because of it: it reads there, or was the dead one's.
   */
  boolean holdsUp(String group, TopicPartition partition) {
    return transaction.partitions().contains(partition) || transaction.group().equals(group);
  }

  /** A sentence of somebody who stands, and why. */
  Sentence after(Sentence standing) {
    return Template.LEFT_OPEN.with(
        standing, instance, Durations.timeToTheSecond(transaction.endsAt()), remedy);
  }
}

package io.pairstream.chaos.verify;

import io.pairstream.schemas.topics.Dataset;
import io.pairstream.service.Cluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeProducersResult.PartitionProducerState;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** Transactions of a data set that nobody has ended, as their coordinators and the leaders say. */
final class OpenTransactions {

  private static final Duration PAUSE = Duration.ofMillis(250);

  /** What follows the data set's name; the name of another may begin with it. */
  private static final Pattern OWN_NAMES =
      Pattern.compile(
          "(preprocess|fetch)-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(-[0-9]+)?"
              + "|fetch-retry|review|view-.+");

  private static final String OFFSETS = "__consumer_offsets";

  private OpenTransactions() {}

  /**
   * Those that are open through the whole of a while; a transaction that is under way ends sooner.
   *
   * @return a sentence for each, in alphabetical order
   */
  static List<String> lasting(Cluster cluster, Duration timeout) {
    long deadline = System.nanoTime() + timeout.toNanos();
    try (Admin admin = Admin.create(cluster.clientSettings(Map.of()))) {
      TreeSet<String> lasting = new TreeSet<>(open(admin, cluster.dataset()));
      boolean isOver = false;
      while (!lasting.isEmpty() && !isOver) {
        TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
        // Before the look: the last one begins when the while is over, however long one takes.
        isOver = System.nanoTime() >= deadline;
        lasting.retainAll(open(admin, cluster.dataset()));
      }
      return List.copyOf(lasting);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } catch (ExecutionException e) {
      throw new KafkaException("cannot ask for transactions: " + e.getCause(), e);
    }
  }

  private static Collection<String> open(Admin admin, Dataset dataset)
      throws InterruptedException, ExecutionException {
    List<String> open = new ArrayList<>();
    Map<Long, String> owners = new HashMap<>();
    for (TransactionListing listing : admin.listTransactions().all().get()) {
      owners.put(listing.producerId(), listing.transactionalId());
      boolean ended =
          listing.state() == TransactionState.EMPTY
              || listing.state() == TransactionState.COMPLETE_ABORT
              || listing.state() == TransactionState.COMPLETE_COMMIT;
      if (!ended && isOf(dataset, listing.transactionalId())) {
        open.add("transaction " + listing.transactionalId() + " is " + listing.state());
      }
    }
    for (Map.Entry<TopicPartition, PartitionProducerState> partition :
        admin.describeProducers(partitions(admin, dataset)).all().get().entrySet()) {
      for (ProducerState producer : partition.getValue().activeProducers()) {
        String owner = owners.getOrDefault(producer.producerId(), "");
        boolean foreign =
            partition.getKey().topic().equals(OFFSETS) && !owner.isEmpty() && !isOf(dataset, owner);
        if (producer.currentTransactionStartOffset().isPresent() && !foreign) {
          open.add(
              partition.getKey()
                  + " has an open transaction from offset "
                  + producer.currentTransactionStartOffset().getAsLong()
                  + " on, of producer "
                  + producer.producerId()
                  + (owner.isEmpty() ? ", which no coordinator knows" : " (" + owner + ")"));
        }
      }
    }
    return open;
  }

  private static List<TopicPartition> partitions(Admin admin, Dataset dataset)
      throws InterruptedException, ExecutionException {
    List<String> topics =
        admin.listTopics(new ListTopicsOptions().listInternal(true)).names().get().stream()
            .filter(
                name ->
                    name.startsWith(dataset.topic(""))
                        || name.startsWith(dataset.preprocessGroup() + "-")
                        || name.equals(OFFSETS))
            .toList();
    List<TopicPartition> partitions = new ArrayList<>();
    for (TopicDescription topic : admin.describeTopics(topics).allTopicNames().get().values()) {
      topic
          .partitions()
          .forEach(each -> partitions.add(new TopicPartition(topic.name(), each.partition())));
    }
    return partitions;
  }

  private static boolean isOf(Dataset dataset, String transactionalId) {
    return transactionalId.startsWith(dataset.name() + "-")
        && OWN_NAMES.matcher(transactionalId.substring(dataset.name().length() + 1)).matches();
  }
}

package io.pairstream.preprocess.run;

import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.wire.AdminClients;
import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.schemas.wire.LogEnds;
import io.pairstream.schemas.wire.RootCause;
import io.pairstream.service.Cluster;
import io.pairstream.service.requirements.Finding;
import io.pairstream.service.requirements.Finding.Area;
import io.pairstream.service.transactions.AbandonedTransaction;
import io.pairstream.service.transactions.HangingTransaction;
import io.pairstream.service.transactions.OpenTransaction;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Finds transactions that hold up readers of committed records: those that are open on a partition
 * although their coordinator has ended them, which no time-out ends, those of instances that died,
 * and those that another program's producer has begun and does not end.
 */
public final class HangingTransactions {

  private static final String CHECK = "transactions";

  /** Age up to which an open transaction of another program is normal. */
  private static final Duration LONG = Duration.ofMinutes(1);

  private HangingTransactions() {}

  /** Reports each with the command that ends it. */
  public static List<Finding> look(Cluster cluster) {
    return look(cluster, Clock.systemUTC());
  }

  static List<Finding> look(Cluster cluster, Clock clock) {
    Instant longAgo = clock.instant().minus(LONG);
    List<Finding> findings = new ArrayList<>();
    try (Admin admin = AdminClients.create(cluster.clientSettings(Cluster.TIMEOUT))) {
      List<TopicPartition> partitions = partitions(admin, cluster.dataset());
      HangingTransaction.find(
              admin, partitions, id -> id.startsWith(cluster.dataset().name() + "-"))
          .forEach(hanging -> findings.add(finding(cluster, hanging)));
      AbandonedTransaction.describe(admin, cluster.dataset())
          .forEach(abandoned -> findings.add(finding(cluster, abandoned)));
      List<TopicPartition> own =
          partitions.stream()
              .filter(partition -> partition.topic().startsWith(cluster.dataset().topic("")))
              .toList();
      OpenTransaction.on(admin, own).stream()
          .filter(open -> isForeign(cluster.dataset(), open, longAgo))
          .forEach(open -> findings.add(finding(cluster, open)));
    } catch (InterruptException e) {
      throw e;
    } catch (KafkaException e) {
      return List.of(Finding.unknown(Area.TOPICS, CHECK, RootCause.message(e), ""));
    }
    return findings.isEmpty() ? List.of(Finding.ok(Area.TOPICS, CHECK, "none hangs")) : findings;
  }

  /**
   * Whether the transaction is another program's and old. A transaction of our own ends by itself,
   * or is reported above.
   */
  private static boolean isForeign(Dataset dataset, OpenTransaction open, Instant longAgo) {
    return !open.transactionalId().orElse("").startsWith(dataset.name() + "-")
        && open.begun().orElse(Instant.EPOCH).isBefore(longAgo);
  }

  private static Finding finding(Cluster cluster, OpenTransaction open) {
    return Finding.wrong(
        Area.TOPICS,
        CHECK,
        "%s: the transaction of producer %d (%s) is open from offset %d on%s"
            .formatted(
                open.partition(),
                open.producerId(),
                open.name(),
                open.startOffset(),
                open.begun().map(at -> ", since " + at).orElse("")),
        "an end of it; no consumer reads committed records behind it",
        open.remedy(cluster.bootstrapServers()));
  }

  private static Finding finding(Cluster cluster, HangingTransaction hanging) {
    return Finding.wrong(
        Area.TOPICS,
        CHECK,
        "%s: the transaction of producer %d (%s) is open from offset %d on, last written at %s; its coordinator says %s"
            .formatted(
                hanging.partition(),
                hanging.open().producerId(),
                hanging.transactionalId(),
                hanging.startOffset(),
                Instant.ofEpochMilli(hanging.open().lastTimestamp()),
                hanging.ended().state()),
        "an end of it; no consumer reads committed records behind it",
        hanging.remedy(cluster.bootstrapServers()));
  }

  private static Finding finding(Cluster cluster, AbandonedTransaction abandoned) {
    return Finding.wrong(
        Area.TOPICS,
        CHECK,
        "an instance of %s died with an open transaction (%s), which holds up readers of %s and others that take over its partitions"
            .formatted(
                abandoned.group(),
                abandoned.transactionalId(),
                abandoned.partitions().stream()
                    .map(TopicPartition::toString)
                    .sorted()
                    .collect(Collectors.joining(", "))),
        "an end of it: by itself at %s, or at once when an instance starts"
            .formatted(abandoned.endsAt().truncatedTo(ChronoUnit.SECONDS)),
        abandoned.remedy(cluster.bootstrapServers()));
  }

  private static List<TopicPartition> partitions(Admin admin, Dataset dataset) {
    List<String> topics =
        KafkaAnswers.await(admin.listTopics(new ListTopicsOptions().listInternal(true)).names())
            .stream()
            .filter(
                topic ->
                    topic.startsWith(dataset.topic(""))
                        || topic.startsWith(dataset.preprocessGroup() + "-")
                        || topic.startsWith(dataset.lookUpGroup() + "-")
                        || topic.equals("__consumer_offsets"))
            .toList();
    return LogEnds.partitions(
        KafkaAnswers.await(admin.describeTopics(topics).allTopicNames()).values());
  }
}

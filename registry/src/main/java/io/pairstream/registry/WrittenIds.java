package io.pairstream.registry;

import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.topics.TopicSpec;
import io.pairstream.schemas.wire.RegistryUnavailableException;
import io.pairstream.schemas.wire.WireFormat;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.CommittedLog;
import io.pairstream.service.cluster.CommittedLog.Stretch;
import io.pairstream.service.requirements.Finding;
import io.pairstream.service.requirements.Finding.Area;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Looks at the first and last records of each partition for schema ids that the registry does not
 * know.
 */
public final class WrittenIds {

  /** The last offsets of a partition may be markers of transactions. */
  private static final int OFFSETS = 4;

  private static final String CHECK = "written-ids";

  private WrittenIds() {}

  /** Says nothing where Kafka or the registry does not answer, which others tell. */
  public static List<Finding> look(ClusterAccess cluster) {
    Set<String> anybodys =
        Set.of(
            cluster.topics().crowdsourced().name(),
            cluster.topics().scraped().name(),
            cluster.topics().links().name());
    List<Finding> findings = new ArrayList<>();
    try (CommittedLog log = CommittedLog.openForSingleRecords(cluster)) {
      for (TopicSpec spec : new TopicCatalogue(cluster.dataset(), 1).topics()) {
        Map<Integer, String> unknown =
            spec.valueSchema().isPresent() ? unknown(cluster, log, spec.name()) : Map.of();
        if (!unknown.isEmpty()) {
          findings.add(finding(unknown.values(), anybodys.contains(spec.name())));
        }
      }
    } catch (InterruptException e) {
      throw e;
    } catch (KafkaException | RegistryUnavailableException e) {
      return List.of();
    }
    return findings;
  }

  private static Finding finding(Iterable<String> ids, boolean anybodyWrites) {
    String found = "records name ids that the registry does not give: " + String.join(", ", ids);
    return anybodyWrites
        ? Finding.warning(
            Area.REGISTRY,
            CHECK,
            found,
            "producers write with an id of this registry",
            "find out who wrote them; they go to quarantine as UNKNOWN_SCHEMA")
        : Finding.wrong(
            Area.REGISTRY,
            CHECK,
            found + "; they cannot be read",
            "every schema under the id that it had",
            "bring the registry's own data back; pairstream registry gives a schema its id again by"
                + " topics create of the release that wrote, other registries may give new ones");
  }

  /** Ids with the coordinates of a record that names them. */
  private static Map<Integer, String> unknown(
      ClusterAccess cluster, CommittedLog log, String topic) {
    Map<Integer, String> unknown = new TreeMap<>();
    List<TopicPartition> partitions;
    try {
      partitions = log.partitions(topic);
    } catch (UnknownTopicOrPartitionException e) {
      return unknown;
    }
    Map<TopicPartition, Stretch> first = new HashMap<>();
    Map<TopicPartition, Stretch> last = new HashMap<>();
    log.everything(partitions)
        .forEach(
            (partition, all) -> {
              first.put(
                  partition, new Stretch(all.from(), Math.min(all.to(), all.from() + OFFSETS)));
              last.put(partition, new Stretch(Math.max(all.from(), all.to() - OFFSETS), all.to()));
            });
    for (Map<TopicPartition, Stretch> stretches : List.of(first, last)) {
      log.readAll(
          stretches,
          record -> {
            if (cluster.registry().isOfUnknownSchema(topic + "-value", record.value())) {
              int id = WireFormat.schemaId(record.value()).getAsInt();
              unknown.putIfAbsent(
                  id, id + " (" + topic + "-" + record.partition() + "-" + record.offset() + ")");
            }
          });
    }
    return unknown;
  }
}

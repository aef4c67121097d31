package io.pairstream.operations.audit;

import io.pairstream.operations.audit.Difference.Kind;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.CommittedLog;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.WaitingLink;
import io.pairstream.schemas.topics.Topic;
import io.pairstream.schemas.wire.FinishedOffsets;
import io.pairstream.schemas.wire.LinkHeaders;
import io.pairstream.schemas.wire.OriginHeader;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * The books of the links: for every link that the fetchers have finished, exactly one raw pair that
 * names it, or one record in quarantine, or one record that lets it wait and is not finished
 * itself.
 *
 * <p>Links are finished out of order, and one that waits is finished anew each time it waits again.
 * The outputs are read while that goes on; so a record that let a link wait when the reading began
 * is held against the link's end only where it still does when the reading is over.
 */
final class LinkLedger {

  private static final int FETCHED = 0;
  private static final int QUARANTINED = 1;
  private static final int WAITING = 2;
  private static final List<String> OUTPUTS = List.of("scraped", "quarantine", "waiting-links");

  private final ClusterAccess cluster;
  private final Topic<String, WaitingLink> waiting;
  private final String scraped;
  private final List<RawPartition> links;
  private final Map<TopicPartition, RawPartition> byPartition = new LinkedHashMap<>();
  private final Map<TopicPartition, Long> waitingEnds;
  private final Map<TopicPartition, FinishedOffsets> waitingFinished;
  private final Map<TopicPartition, Long> scrapedBegins;
  private final boolean anyLink;
  private final List<Live> live = new ArrayList<>();
  private final Differences differences = new Differences();

  /** Time of the oldest raw pair that is kept, where older ones are gone; milliseconds. */
  private long keptSince = Long.MIN_VALUE;

  private long expired;
  private long newer;
  private boolean missingIsExcused;

  /** A record that let a link wait when the reading began, or came since. */
  private record Live(TopicPartition partition, long offset, RawPartition links, long link) {}

  /**
   * Opens the books. Both topics' finished offsets are asked for at once: the fetchers commit them
   * together.
   *
   * @param ofAll otherwise of those to come alone, of which there are none
   */
  LinkLedger(ClusterAccess cluster, CommittedLog log, Admin admin, boolean ofAll) {
    this.cluster = cluster;
    this.waiting = cluster.topics().waitingLinks();
    this.scraped = cluster.topics().scraped().name();
    this.waitingEnds = log.ends(log.partitions(waiting.name()));
    List<TopicPartition> partitions = log.partitions(cluster.topics().links().name());
    Map<TopicPartition, Long> ends = log.ends(partitions);
    Map<TopicPartition, Long> begins = ofAll ? log.beginnings(partitions) : ends;
    this.anyLink = ofAll && ends.values().stream().anyMatch(end -> end > 0);
    List<TopicPartition> both = new ArrayList<>(partitions);
    both.addAll(waitingEnds.keySet());
    this.waitingFinished = finished(cluster, admin, both);
    for (TopicPartition partition : partitions) {
      FinishedOffsets finished = waitingFinished.getOrDefault(partition, FinishedOffsets.below(0));
      byPartition.put(
          partition, new RawPartition(partition, begins.get(partition), finished, OUTPUTS.size()));
    }
    this.links = List.copyOf(byPartition.values());
    this.scrapedBegins = log.beginnings(log.partitions(scraped));
  }

  private static Map<TopicPartition, FinishedOffsets> finished(
      ClusterAccess cluster, Admin admin, Collection<TopicPartition> partitions) {
    return ClusterAccess.finishedAndSettled(admin, cluster.dataset().fetchGroup(), partitions);
  }

  /** What can name a link; nothing where there never was one. */
  List<String> outputTopics() {
    return anyLink ? List.of(waiting.name(), scraped) : List.of();
  }

  List<RawPartition> partitions() {
    return links;
  }

  /** Whether a record comes from here: from a link, or from one that waited. */
  boolean isOurs(Origin origin) {
    TopicPartition partition = partitionOf(origin);
    return byPartition.containsKey(partition) || waitingEnds.containsKey(partition);
  }

  /** A record on a topic that can name a link. */
  void enter(ConsumerRecord<byte[], byte[]> record) {
    TopicPartition partition = new TopicPartition(record.topic(), record.partition());
    if (record.topic().equals(scraped)) {
      if (scrapedBegins.getOrDefault(partition, 0L) == record.offset() && record.offset() > 0) {
        keptSince = Math.max(keptSince, record.timestamp());
      }
      LinkHeaders.readLink(record.headers())
          .ifPresent(link -> leave(link, FETCHED, Audit.site(record)));
      return;
    }
    // A record that cannot be read is nobody's link that waits; the fetchers reject it.
    cluster
        .decode(waiting, record.value())
        .ifPresent(link -> waits(partition, record.offset(), link.getOrigin(), Audit.site(record)));
  }

  /** A record in quarantine that comes from here. */
  void quarantined(Origin origin, String site) {
    // What was on the topic of waiting links and let none wait is accounted for by that alone.
    if (!waitingEnds.containsKey(partitionOf(origin))) {
      leave(origin, QUARANTINED, site);
    }
  }

  /** A record that lets a link wait. */
  private void waits(TopicPartition partition, long offset, Origin link, String site) {
    RawPartition partitionOfLink = byPartition.get(partitionOf(link));
    if (partitionOfLink == null) {
      misplaced(site, "comes from " + OriginHeader.text(link) + ", which is no link");
      return;
    }
    if (isFinished(waitingFinished, partition, offset)) {
      return;
    }
    if (partitionOfLink.isExpired(link.getOffset())) {
      return; // it waits for longer than links are kept
    }
    if (!partitionOfLink.isInput(link.getOffset())) {
      newer++;
      return;
    }
    boolean first = partitionOfLink.left(link.getOffset(), WAITING);
    if (!first && offset < waitingEnds.get(partition)) {
      differences.add(Kind.TWICE, OriginHeader.text(link) + " waits twice, again at " + site);
    }
    live.add(new Live(partition, offset, partitionOfLink, link.getOffset()));
  }

  private void misplaced(String site, String what) {
    differences.add(Kind.MISPLACED, site + " " + what);
  }

  /** A record that there is at an offset which nothing named. */
  void present(ConsumerRecord<byte[], byte[]> record) {
    if (record.timestamp() < keptSince) {
      expired++;
    } else {
      byPartition
          .get(new TopicPartition(record.topic(), record.partition()))
          .present(record.offset());
    }
  }

  /** Some of what could name a link cannot be read. */
  void excuseMissing() {
    missingIsExcused = true;
  }

  /** Whether a link is known of which nothing became. */
  boolean anyMissing() {
    return !missingIsExcused && links.stream().anyMatch(RawPartition::anyMissing);
  }

  /** Closes the books, after the last output was read. */
  LinkReport close(Admin admin) {
    Map<TopicPartition, FinishedOffsets> waitingNow =
        finished(cluster, admin, waitingEnds.keySet());
    for (RawPartition partition : links) {
      if (!missingIsExcused) {
        partition.missing(
            offset ->
                differences.add(
                    Kind.MISSING,
                    partition.partition()
                        + "-"
                        + offset
                        + " is finished, but is on none of "
                        + String.join(", ", OUTPUTS)));
      }
      partition.both(
          FETCHED, QUARANTINED, offset -> inTwoPlaces(partition, offset, FETCHED, QUARANTINED));
    }
    for (Live waits : live) {
      if (isFinished(waitingNow, waits.partition(), waits.offset())) {
        continue;
      }
      for (int output : new int[] {FETCHED, QUARANTINED}) {
        if (waits.links().hasLeft(waits.link(), output)) {
          inTwoPlaces(waits.links(), waits.link(), WAITING, output);
        }
      }
    }
    return new LinkReport(
        links.stream().mapToLong(RawPartition::inputs).sum(),
        count(FETCHED),
        count(QUARANTINED),
        links.stream().mapToLong(partition -> partition.countOnly(WAITING)).sum(),
        expired,
        newer,
        differences.count(),
        differences.details());
  }

  private long count(int output) {
    return links.stream().mapToLong(partition -> partition.count(output)).sum();
  }

  private void inTwoPlaces(RawPartition partition, long offset, int first, int second) {
    differences.add(
        Kind.IN_TWO_PLACES,
        partition.partition()
            + "-"
            + offset
            + " is on "
            + OUTPUTS.get(first)
            + " and on "
            + OUTPUTS.get(second));
  }

  private void leave(Origin link, int output, String site) {
    RawPartition partition = byPartition.get(partitionOf(link));
    if (partition == null) {
      misplaced(site, "comes from " + OriginHeader.text(link) + ", which is no link");
    } else if (partition.isExpired(link.getOffset())) {
      return; // its link is kept no longer
    } else if (!partition.isInput(link.getOffset())) {
      newer++;
    } else if (!partition.left(link.getOffset(), output)) {
      differences.add(
          Kind.TWICE,
          OriginHeader.text(link) + " is twice on " + OUTPUTS.get(output) + ", again at " + site);
    }
  }

  private static boolean isFinished(
      Map<TopicPartition, FinishedOffsets> finished, TopicPartition partition, long offset) {
    return finished.containsKey(partition) && finished.get(partition).contains(offset);
  }

  private static TopicPartition partitionOf(Origin origin) {
    return new TopicPartition(origin.getTopic(), origin.getPartition());
  }
}

package io.pairstream.tools.audit;

import io.pairstream.schemas.Origin;
import io.pairstream.schemas.WaitingLink;
import io.pairstream.schemas.wire.FinishedOffsets;
import io.pairstream.schemas.wire.LinkHeaders;
import io.pairstream.schemas.wire.Topic;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.CommittedLog;
import io.pairstream.tools.audit.AuditReport.LinkReport;
import java.util.ArrayList;
import java.util.Collection;
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
  private final Topic<WaitingLink> waiting;
  private final String scraped;
  private final Inputs links;
  private final Map<TopicPartition, Long> waitingEnds;
  private final Map<TopicPartition, FinishedOffsets> waitingFinished;
  private final Map<TopicPartition, Long> scrapedBegins;
  private final boolean anyLink;
  private final List<Live> live = new ArrayList<>();

  /** Time of the oldest raw pair that is kept, where older ones are gone; milliseconds. */
  private long keptSince = Long.MIN_VALUE;

  private long expired;
  private boolean missingIsExcused;

  /** A record that let a link wait when the reading began, or came since. */
  private record Live(TopicPartition partition, long offset, long link) {}

  /**
   * Opens the books. Both topics' finished offsets are asked for at once: the fetchers commit them
   * together.
   *
   * @param ofAll otherwise of those to come alone, of which there are none
   */
  LinkLedger(
      ClusterAccess cluster,
      CommittedLog log,
      Admin admin,
      boolean ofAll,
      Differences differences) {
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
    this.links =
        new Inputs(
            "link",
            OUTPUTS,
            partitions.stream()
                .map(
                    partition ->
                        new RawPartition(
                            partition,
                            begins.get(partition),
                            waitingFinished.getOrDefault(partition, FinishedOffsets.below(0)),
                            OUTPUTS.size()))
                .toList(),
            differences);
    this.scrapedBegins = log.beginnings(log.partitions(scraped));
  }

  private static Map<TopicPartition, FinishedOffsets> finished(
      ClusterAccess cluster, Admin admin, Collection<TopicPartition> partitions) {
    return ClusterAccess.finishedAndSettled(admin, cluster.dataset().fetchGroup(), partitions);
  }

  /** Topics whose records can name a link; none where there never was a link. */
  List<String> outputTopics() {
    return anyLink ? List.of(waiting.name(), scraped) : List.of();
  }

  List<RawPartition> partitions() {
    return links.partitions();
  }

  /** Whether a record comes from here: from a link, or from one that waited. */
  boolean isOurs(Origin origin) {
    TopicPartition partition = partitionOf(origin);
    return links.hold(partition) || waitingEnds.containsKey(partition);
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
    // A record that cannot be read is no link that waits; the fetchers reject it.
    waiting
        .decode(record.value())
        .ifPresent(link -> waits(partition, record.offset(), link.getOrigin(), Audit.site(record)));
  }

  /** A record in quarantine that comes from here. */
  void quarantined(Origin origin, String site) {
    // What was on the topic of waiting links and let none wait is accounted for by that alone.
    if (!waitingEnds.containsKey(partitionOf(origin))) {
      leave(origin, QUARANTINED, site);
    }
  }

  private void waits(TopicPartition partition, long offset, Origin link, String site) {
    long at = links.of(link, site);
    if (!links.isInput(at) || isFinished(waitingFinished, partition, offset)) {
      return;
    }
    boolean first = links.partition(at).left(Inputs.offset(at), WAITING);
    if (!first && offset < waitingEnds.get(partition)) {
      links.twice(at, WAITING, site);
    }
    live.add(new Live(partition, offset, at));
  }

  /** A record that there is at an offset which nothing named. */
  void present(RawPartition partition, ConsumerRecord<byte[], byte[]> record) {
    if (record.timestamp() < keptSince) {
      expired++;
    } else {
      partition.present(record.offset());
    }
  }

  /** Some of what could name a link cannot be read. */
  void excuseMissing() {
    missingIsExcused = true;
  }

  /** Whether a link is known of which nothing became. */
  boolean anyMissing() {
    return !missingIsExcused && links.anyMissing();
  }

  /** Closes the books, after the last output was read. */
  LinkReport close(Admin admin) {
    Map<TopicPartition, FinishedOffsets> waitingNow =
        finished(cluster, admin, waitingEnds.keySet());
    // What waited when the reading began and does no longer is where it went.
    live.stream()
        .filter(one -> isFinished(waitingNow, one.partition(), one.offset()))
        .map(Live::link)
        .filter(link -> hasLeft(link, FETCHED) || hasLeft(link, QUARANTINED))
        .forEach(link -> links.partition(link).removed(Inputs.offset(link), WAITING));
    for (Live one : live) {
      if (!isFinished(waitingNow, one.partition(), one.offset())) {
        links.partition(one.link()).left(Inputs.offset(one.link()), WAITING);
      }
    }
    links.nameBeyond(
        ClusterAccess.veryEnds(
            admin, links.partitions().stream().map(RawPartition::partition).toList()));
    links.close(!missingIsExcused);
    return new LinkReport(
        links.sum(RawPartition::inputs),
        links.sum(partition -> partition.count(FETCHED)),
        links.sum(partition -> partition.count(QUARANTINED)),
        links.sum(partition -> partition.count(WAITING)),
        expired);
  }

  private boolean hasLeft(long link, int output) {
    return links.partition(link).hasLeft(Inputs.offset(link), output);
  }

  private void leave(Origin link, int output, String site) {
    links.left(links.of(link, site), output, site);
  }

  private static boolean isFinished(
      Map<TopicPartition, FinishedOffsets> finished, TopicPartition partition, long offset) {
    return finished.containsKey(partition) && finished.get(partition).contains(offset);
  }

  private static TopicPartition partitionOf(Origin origin) {
    return new TopicPartition(origin.getTopic(), origin.getPartition());
  }
}

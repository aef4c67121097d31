package io.pairstream.feed.exposure;

import io.pairstream.feed.exposure.Exposures.Exposure;
import io.pairstream.feed.exposure.Exposures.Site;
import io.pairstream.feed.view.NamedView;
import io.pairstream.feed.view.View;
import io.pairstream.feed.view.ViewStore;
import io.pairstream.schemas.IndexedPair;
import io.pairstream.schemas.wire.Topic;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.CommittedLog;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiPredicate;

/**
 * Search for the checkpoints that have seen a pair. Reads the index, and where takedowns were
 * heeded once more; never the pairs themselves.
 */
public final class NotedCheckpoints {

  private final ClusterAccess cluster;
  private final RunLog runs = new RunLog();
  private final Map<String, List<Site>> sites = new TreeMap<>();
  private final List<Exposure> exposures;

  /**
   * @param wanted says of an id, and what the index says of it, whether the pair is asked for
   * @param files views that have no name
   */
  public NotedCheckpoints(
      ClusterAccess cluster, BiPredicate<String, IndexedPair> wanted, Collection<View> files) {
    this.cluster = cluster;
    try (CommittedLog log = CommittedLog.openForSmallRecords(cluster)) {
      log.readAll(cluster.topics().runs(), (key, note) -> runs.take(key, note.orElse(null)));
      if (runs.checkpoints().isEmpty()) {
        exposures = List.of();
        return;
      }
      readIndex(
          log,
          (id, entry) -> {
            if (!wanted.test(id, entry)) {
              return false;
            }
            List<Site> own = sites.computeIfAbsent(id, any -> new ArrayList<>());
            return own.contains(site(entry)) || own.add(site(entry));
          });
      List<NamedView> named = new ViewStore(cluster).all();
      // What has to be known of other pairs turns out on the way.
      Set<Site> asked = new HashSet<>();
      Exposures.Presence everywhere =
          (site, at) -> {
            asked.add(site);
            return true;
          };
      List<Exposure> found = new Exposures(runs, named, files, everywhere).of(sites);
      if (!asked.isEmpty()) {
        Map<Site, Instant> until = readIndex(log, (id, entry) -> asked.contains(site(entry)));
        Exposures.Presence presence =
            (site, at) -> until.getOrDefault(site, Instant.MIN).isAfter(at);
        found = new Exposures(runs, named, files, presence).of(sites);
      }
      exposures = found;
    }
  }

  /** Until when pairs are at their sites, those of now until {@link Instant#MAX}. */
  private Map<Site, Instant> readIndex(CommittedLog log, BiPredicate<String, IndexedPair> wanted) {
    Topic<IndexedPair> index = cluster.topics().index();
    Map<String, Site> held = new HashMap<>();
    Map<Site, Instant> until = new HashMap<>();
    log.readAll(
        log.everything(log.partitions(index.name())),
        record -> {
          String id = CommittedLog.key(record);
          Optional<IndexedPair> entry = index.decode(record.value());
          Site before = held.remove(id);
          if (before != null) {
            until.put(before, Instant.ofEpochMilli(record.timestamp()));
          }
          entry
              .filter(one -> wanted.test(id, one))
              .ifPresent(
                  one -> {
                    held.put(id, site(one));
                    until.put(site(one), Instant.MAX);
                  });
        });
    return until;
  }

  private Site site(IndexedPair entry) {
    String topic = cluster.dataset().topic(entry.getSplit().toLowerCase(Locale.ROOT));
    return new Site(topic, entry.getPartition(), entry.getOffset());
  }

  /** Where the pairs are or were, by id; nothing where no checkpoint is noted. */
  public Map<String, List<Site>> sites() {
    return sites;
  }

  /** By checkpoint, in the order in which they were noted. */
  public List<Exposure> exposures() {
    return exposures;
  }

  /** Checkpoints that have seen one of the pairs, or may have; by run. */
  public Map<String, List<String>> seenBy() {
    Map<String, List<String>> seenBy = new TreeMap<>();
    exposures.stream()
        .filter(one -> !one.seen().isEmpty())
        .forEach(
            one ->
                seenBy
                    .computeIfAbsent(one.checkpoint().run(), run -> new ArrayList<>())
                    .add(one.checkpoint().name()));
    return seenBy;
  }
}

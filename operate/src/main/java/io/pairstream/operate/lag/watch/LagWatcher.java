package io.pairstream.operate.lag.watch;

import io.pairstream.operate.lag.GroupLag;
import io.pairstream.operate.lag.LagReport;
import io.pairstream.operate.lag.judge.Judgement.Rewind;
import io.pairstream.operate.lag.judge.PartitionJudge;
import io.pairstream.operate.lag.judge.PartitionJudge.Role;
import io.pairstream.operate.lag.watch.ClusterReader.GroupPlace;
import io.pairstream.operate.lag.watch.HeadReader.Head;
import io.pairstream.operate.lag.watch.HeadReader.Wanted;
import io.pairstream.schemas.Threads;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.RootCause;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.report.Obstacle;
import io.pairstream.service.transactions.AbandonedTransaction;
import io.pairstream.service.transactions.OpenTransaction;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at every group of a cluster on its own clock, and says what is to be thought of them.
 *
 * <p>While Kafka is away it keeps what it knew, and says so. Thread-safe.
 */
public final class LagWatcher implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LagWatcher.class);

  /** Time from one look to the next, where nothing else is asked for. */
  public static final Duration INTERVAL = Duration.ofSeconds(10);

  /**
   * For so long from its first look on a service that watches takes what it does not know calmly.
   */
  public static final Duration START = Duration.ofMinutes(5);

  /** How many records at the heads of partitions are read in one look at most. */
  private static final int MOST_HEADS = 200;

  /** A kill costs what was learnt in so many looks. */
  private static final int LOOKS_BETWEEN_KEEPING = 6;

  private final ClusterAccess cluster;
  private final Duration interval;
  private final List<String> counted;
  private final Clock clock;
  private final Consumer<LagReport> listener;
  private final UnaryOperator<String> instances;
  private final Map<String, List<String>> ours;
  private final String waitingLinks;
  private final ScheduledExecutorService looks = Threads.scheduler("lag");
  private final Map<String, GroupWatch> groups = new HashMap<>();
  private Admin admin;
  private ClusterReader reader;
  private WatchedLogs logs;
  private HeadReader heads;
  private CommitLog commits;
  private long looksTaken;

  /** Null where nothing is remembered. */
  private LagHistory memory;

  private volatile LagReport latest;
  private volatile List<BrokerDisk> disks = List.of();

  /**
   * A watcher that has not looked yet.
   *
   * @param interval time from one look to the next
   * @param counted patterns of groups that decide the headline and raise pages, as the platform's
   *     own do: services that always run
   * @param clock what ages are measured with; agrees with the brokers' clocks
   * @param listener gets every new report, on the watcher's own thread
   * @param instances the name of the instance that has or had a transactional id; the id where that
   *     is not known
   */
  public LagWatcher(
      ClusterAccess cluster,
      Duration interval,
      List<String> counted,
      Clock clock,
      Consumer<LagReport> listener,
      UnaryOperator<String> instances) {
    this.cluster = cluster;
    this.interval = interval;
    this.counted = List.copyOf(counted);
    this.clock = clock;
    this.listener = listener;
    this.instances = instances;
    latest = LagReport.nothingYet(interval);
    Dataset dataset = cluster.dataset();
    waitingLinks = dataset.topic(TopicCatalogue.WAITING_LINKS);
    List<String> upstream = new ArrayList<>(cluster.topics().rawNames());
    upstream.add(TopicCatalogue.repartitionTopic(dataset));
    ours =
        Map.of(
            dataset.fetchGroup(),
            List.of(dataset.topic(TopicCatalogue.LINKS), waitingLinks),
            dataset.preprocessGroup(),
            upstream,
            dataset.indexGroup(),
            List.copyOf(cluster.topics().splits().keySet()),
            dataset.lookUpGroup(),
            List.of(dataset.topic(TopicCatalogue.FINGERPRINTS)),
            dataset.feedGroup(),
            List.of(dataset.topic(TopicCatalogue.TRAINING)));
  }

  /**
   * Goes on where an earlier watcher was, and keeps for a later one what is known: the groups'
   * pace, and since when what is wrong. To be called before the first look.
   *
   * @param history closed by the caller, after this
   */
  public synchronized void remember(LagHistory history) {
    memory = history;
  }

  private void keep() {
    Map<String, Map<TopicPartition, PartitionJudge>> judges = new HashMap<>();
    groups.forEach((group, watch) -> judges.put(group, watch.judges()));
    if (memory != null) {
      memory.keep(judges);
    }
  }

  /** Begins to look, at once and then at every interval; returns at once. */
  public void start() {
    var unused =
        looks.scheduleAtFixedRate(
            this::lookOrSayWhyNot, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void lookOrSayWhyNot() {
    try {
      LagReport report = look();
      listener.accept(report);
    } catch (InterruptException e) {
      Thread.currentThread().interrupt();
    } catch (KafkaException e) {
      String why = "Kafka does not say where groups are: " + e.getMessage();
      if (latest.trouble().isEmpty()) {
        LOG.warn("{}", why);
      }
      latest = latest.withTrouble(why);
    } catch (RuntimeException | Error e) {
      // The next look may do better; without this one none would follow.
      LOG.error("a look at the lag has failed", e);
      latest = latest.withTrouble("a look has failed: " + RootCause.message(e));
    }
  }

  /**
   * Looks once, on the caller's thread, and waits for the answer. For callers that need a few looks
   * without {@link #start}.
   *
   * @throws KafkaException where the cluster does not answer
   */
  public synchronized LagReport look() {
    if (admin == null) {
      admin = cluster.admin();
      reader = new ClusterReader(admin, cluster.dataset().fetchGroup());
      logs = new WatchedLogs(admin);
      heads = new HeadReader(cluster);
      commits = new CommitLog(cluster, admin);
    }
    // Where logs begin is asked for before, and where they end after the groups' places: a group
    // that moves on meanwhile seems neither to have lost records nor to be ahead of the end.
    logs.begin();
    Map<String, GroupPlace> places = places();
    Instant at = clock.instant();
    Map<String, Set<TopicPartition>> mine = logs.look(topicsOf(places), at);
    disks = logs.disks();
    askWhoHoldsBack(at.toEpochMilli());
    groups.keySet().retainAll(places.keySet());
    readHeads(places);
    List<LeftOpen> leftOpen = leftOpen();
    List<GroupLag> judged =
        places.values().stream()
            .map(
                place ->
                    watch(place.group())
                        .judge(at, place, mine.get(place.group()), logs.all(), leftOpen)
                        .own(isOwn(place.group())))
            .toList();
    if (++looksTaken % LOOKS_BETWEEN_KEEPING == 0) {
      keep();
    }
    LagReport report =
        new LagReport(at, interval.toMillis() / 1e3, judged, Optional.empty(), commits.blind());
    latest = report;
    return report;
  }

  private boolean isOwn(String group) {
    return ours.containsKey(group)
        || cluster.dataset().scoreGroupIn(group).equals(Optional.of(group));
  }

  /** Places of all groups, or where they were when the cluster said so last. */
  private Map<String, GroupPlace> places() {
    ours().forEach(this::watch);
    Set<String> watched = new HashSet<>(groups.keySet());
    watched.removeIf(group -> watch(group).isAbsent());
    Map<String, GroupPlace> found = reader.places(watched);
    Map<String, Map<TopicPartition, Rewind>> rewinds = commits.read(found);
    watched.addAll(found.keySet());
    Map<String, GroupPlace> places = new TreeMap<>();
    for (String group : watched) {
      Map<TopicPartition, Rewind> back = rewinds.getOrDefault(group, Map.of());
      GroupPlace place = found.get(group);
      watch(group)
          .take(place == null ? null : place.with(back, place.refused().orElse(null)))
          .ifPresent(known -> places.put(group, known));
    }
    ours().forEach(group -> places.computeIfAbsent(group, this::absent));
    return places;
  }

  private void askWhoHoldsBack(long atMillis) {
    List<TopicPartition> held =
        logs.all().entrySet().stream()
            .filter(log -> log.getValue().hanging(atMillis).isPresent())
            .map(Map.Entry::getKey)
            .toList();
    OpenTransaction.on(admin, held)
        .forEach(open -> logs.all().get(open.partition()).noteOpen(open));
  }

  private String servers() {
    return String.valueOf(cluster.clientSettings().get("bootstrap.servers"));
  }

  private List<LeftOpen> leftOpen() {
    return AbandonedTransaction.describe(admin, cluster.dataset()).stream()
        .map(
            each ->
                new LeftOpen(each, instances.apply(each.transactionalId()), each.remedy(servers())))
        .toList();
  }

  private Map<String, Set<String>> topicsOf(Map<String, GroupPlace> places) {
    Dataset dataset = cluster.dataset();
    Map<String, Set<String>> topics = new HashMap<>();
    places.forEach(
        (group, place) -> {
          Set<String> names = new HashSet<>(ours.getOrDefault(group, List.of()));
          topics.put(group, names);
          if (group.equals(dataset.preprocessGroup())
              && places.containsKey(dataset.lookUpGroup())) {
            names.add(dataset.topic(TopicCatalogue.FINDINGS));
          }
          place.positions().keySet().forEach(partition -> names.add(partition.topic()));
          place.readers().keySet().forEach(partition -> names.add(partition.topic()));
        });
    return topics;
  }

  /**
   * Our own groups are reported from the beginning, before their first member joins; but for the
   * one that is there only where a recipe asks for it.
   */
  private List<String> ours() {
    String lookUp = cluster.dataset().lookUpGroup();
    return ours.keySet().stream().filter(group -> !group.equals(lookUp)).toList();
  }

  private GroupPlace absent(String group) {
    return new GroupPlace(
        group,
        "classic",
        watch(group).wasThere() ? GroupLag.DEAD : GroupLag.ABSENT,
        0,
        false,
        Map.of(),
        Map.of(),
        Map.of(),
        Optional.empty());
  }

  private GroupWatch watch(String group) {
    return groups.computeIfAbsent(
        group,
        name ->
            new GroupWatch(
                name,
                interval,
                waitingLinks::equals,
                role(name),
                // A command that looks a few times is over before anything has started.
                memory != null ? START : Duration.ZERO,
                servers(),
                (partition, judge) -> {
                  if (memory != null) {
                    memory.restore(name, partition, judge);
                  }
                  judge.goOn(clock.instant());
                }));
  }

  private Role role(String group) {
    if (group.equals(cluster.dataset().feedGroup())) {
      return Role.SHOWN;
    }
    return ours.containsKey(group) || GroupLag.isLike(group, counted) ? Role.COUNTED : Role.OTHER;
  }

  /**
   * Reads what lies where groups stand. Those that stand still come first; those that move on have
   * their turn, the longest unread first, a quarter of what is read at most.
   */
  private void readHeads(Map<String, GroupPlace> places) {
    List<PartitionWatch> unread = new ArrayList<>();
    places.values().forEach(place -> unread.addAll(watch(place.group()).move(place, logs.all())));
    unread.sort(
        Comparator.comparing((PartitionWatch each) -> !each.stands())
            .thenComparing(PartitionWatch::headReadInLook));
    long stuck = unread.stream().filter(PartitionWatch::stands).count();
    long most = looksTaken == 0 ? MOST_HEADS : Math.min(MOST_HEADS, stuck + MOST_HEADS / 4);
    Map<Wanted, Head> found =
        heads.read(unread.stream().limit(most).map(PartitionWatch::wanted).distinct().toList());
    for (PartitionWatch each : unread) {
      Head head = found.get(each.wanted());
      if (head != null) {
        each.noteHead(head, looksTaken);
      }
    }
  }

  /** Report of the last look. */
  public LagReport latest() {
    return latest;
  }

  /** The brokers' disks, as they were in the last minute; those of brokers that say so. */
  public List<BrokerDisk> disks() {
    return disks;
  }

  /** Why nothing is known yet, or nothing newer; empty while all is well. */
  public Optional<Obstacle> obstacle() {
    LagReport last = latest;
    return last.ready() || last.trouble().isPresent()
        ? last.trouble().map(why -> Obstacle.known("LAG_NOT_KNOWN", "{0}", why))
        : Optional.of(Obstacle.known("LAG_NOT_LOOKED_AT", "the lag was not looked at yet"));
  }

  /** Looks no more. */
  @Override
  public void close() {
    looks.shutdownNow();
    if (!Threads.awaitEnd(looks, Duration.ofSeconds(10))) {
      LOG.warn("a look at the lag does not end");
    }
    synchronized (this) {
      if (admin != null) {
        keep();
        heads.close();
        commits.close();
        admin.close(Duration.ZERO);
        admin = null;
      }
    }
  }
}

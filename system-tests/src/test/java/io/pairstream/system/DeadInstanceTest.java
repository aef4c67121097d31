package io.pairstream.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.drawing.DrawnPairs;
import io.pairstream.ingest.publish.LinkPublisher;
import io.pairstream.ingest.publish.PairPublisher;
import io.pairstream.schemas.PairLink;
import io.pairstream.schemas.PairMetadata;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.schemas.wire.LogEnds;
import io.pairstream.testing.Await;
import io.pairstream.tools.audit.Audit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Instances that are killed inside a transaction and not started again: the others end it, and go
 * on with their partitions, long before its time-out.
 */
@Tag("full")
@Timeout(3600)
class DeadInstanceTest extends OnServedDataset {

  private static final int KILLS = Integer.getInteger("dead.kills", 3);

  /** Far less than the 225 s after which the brokers end a transaction of preprocessing. */
  private static final Duration LIMIT =
      Duration.ofSeconds(Integer.getInteger("dead.limit-seconds", 90));

  private static final int PARTITIONS = 4;
  private static final int BACKLOG = 300;

  private Admin admin;

  /** The groups that instances are in; the first reads {@link #input}. */
  private List<String> groups;

  private String input;
  private final PairstreamProcess[] instances = new PairstreamProcess[2];

  /** The members of each instance, by client id. */
  private final Map<Integer, Set<String>> members = new HashMap<>();

  private volatile boolean isBusy = true;

  @BeforeEach
  void createTopics() {
    dataset.createTopics(PARTITIONS);
    admin = access.admin();
  }

  @AfterEach
  void end() {
    isBusy = false;
    admin.close(Duration.ZERO);
  }

  @Test
  void othersEndWhatADeadPreprocessLeftOpenAndTakeItsPartitions() throws Exception {
    Dataset names = access.dataset();
    groups = List.of(names.preprocessGroup(), names.indexGroup(), names.lookUpGroup());
    input = dataset.topics().crowdsourced().name();
    Path recipe =
        Files.writeString(
            folder.resolve("recipe.yaml"),
            """
            image: {min-side-px: 32}
            near-copies: {policy: keep-all}
            split: {validation-share: 0.3, test-share: 0.2}
            """);
    // A restarted instance gets partitions at once, however many records its stores are behind.
    Path config =
        Files.writeString(
            folder.resolve("client.properties"), "kafka.acceptable.recovery.lag=1000000000\n");
    DrawnPairs drawn = new DrawnPairs(44, 0.0);

    try (PairPublisher publisher = publisher()) {
      killAll(
          number ->
              "preprocess --threads 1 --workers 1 --config %s --recipe %s --state-dir %s"
                  .formatted(config, recipe, folder.resolve("state-" + number)),
          index -> publisher.publish(RunningPlatform.submitted(drawn, index)).join());
    }

    assertThat(new Audit(access, Duration.ofMinutes(1)).run().details()).isEmpty();
  }

  @Test
  void othersEndWhatADeadFetchLeftOpenAndTakeItsPartitions() throws Exception {
    groups = List.of(access.dataset().fetchGroup());
    input = dataset.topics().links().name();

    try (LinkPublisher publisher =
        LinkPublisher.open(dataset.topics().links(), access.clientSettings(), Clock.systemUTC())) {
      killAll(
          number -> "fetch --allow-address 127.0.0.0/8",
          index -> {
            // Whose address may not be asked is rejected at once.
            String host = "10.%d.%d.%d".formatted(index >> 16 & 255, index >> 8 & 255, index & 255);
            var unused =
                publisher
                    .publish(
                        PairLink.newBuilder()
                            .setMetadata(
                                PairMetadata.newBuilder().setUrl("http://" + host + "/").build())
                            .setCaption("a picture")
                            .setLanguage("en")
                            .build())
                    .join();
          });
    }

    assertThat(new Audit(access, Duration.ofMinutes(1)).run().details()).isEmpty();
  }

  private void killAll(IntFunction<String> command, LongConsumer publish) throws Exception {
    startInstance(0, command);
    startInstance(1, command);
    CompletableFuture<Void> publishing = CompletableFuture.runAsync(() -> keepBusy(publish));
    for (int kill = 0; kill < KILLS; kill++) {
      awaitProgressOf(0);
      awaitProgressOf(1);
      // Mostly in the first, which has most to do; one task alone looks for near copies.
      String group = groups.get(kill % 4 < 2 ? 0 : (kill % 4 - 1) % groups.size());
      int victim = partitions(group, kill % 2).isEmpty() ? 1 - kill % 2 : kill % 2;
      killInsideATransaction(victim, group);
      startInstance(victim, command);
    }
    isBusy = false;
    publishing.join();
    Await.until("all is decided", LIMIT.multipliedBy(4), () -> waiting() == 0, this::said);
  }

  private void killInsideATransaction(int victim, String group) {
    Map<TopicPartition, Long> held = Map.of();
    Set<TopicPartition> assigned = Set.of();
    while (held.isEmpty()) {
      Await.pause();
      Signals.send("STOP", instances[victim].pid());
      held = held(ids(victim).stream().filter(id -> id.startsWith(group + "-")).toList());
      assigned = assigned(victim);
      if (held.isEmpty() || assigned.isEmpty()) {
        held = Map.of();
        Signals.send("CONT", instances[victim].pid());
      }
    }
    Map<TopicPartition, Long> before = committed(assigned);
    Signals.send("KILL", instances[victim].pid());
    Map<TopicPartition, Long> wanted = held;
    await("readers go on", () -> ends(wanted.keySet(), IsolationLevel.READ_COMMITTED), wanted);
    await("partitions go on", () -> committed(before.keySet()), before);
  }

  private void await(
      String what, Supplier<Map<TopicPartition, Long>> now, Map<TopicPartition, Long> passed) {
    Await.until(
        what, LIMIT, () -> isBeyond(now.get(), passed), () -> now.get() + " of " + passed + said());
  }

  /** The last stable offsets of what producers hold open, where anything is behind them. */
  private Map<TopicPartition, Long> held(List<String> ids) {
    Set<String> open =
        KafkaAnswers.await(
                admin
                    .listTransactions(
                        new ListTransactionsOptions()
                            .filterStates(Set.of(TransactionState.ONGOING)))
                    .all())
            .stream()
            .map(TransactionListing::transactionalId)
            .filter(ids::contains)
            .collect(Collectors.toSet());
    Set<TopicPartition> partitions =
        KafkaAnswers.await(admin.describeTransactions(open).all()).values().stream()
            .flatMap(each -> each.topicPartitions().stream())
            .filter(each -> each.topic().startsWith(access.dataset().topic("")))
            .collect(Collectors.toSet());
    Map<TopicPartition, Long> stable = ends(partitions, IsolationLevel.READ_COMMITTED);
    Map<TopicPartition, Long> high = ends(partitions, IsolationLevel.READ_UNCOMMITTED);
    stable.keySet().removeIf(each -> high.get(each) <= stable.get(each));
    return stable;
  }

  private Map<TopicPartition, Long> ends(Set<TopicPartition> partitions, IsolationLevel level) {
    return new HashMap<>(KafkaAnswers.await(LogEnds.ask(admin, partitions, level)));
  }

  private Map<TopicPartition, Long> committed(Set<TopicPartition> partitions) {
    Map<TopicPartition, Long> committed = new HashMap<>();
    partitions.forEach(each -> committed.put(each, 0L));
    KafkaAnswers.await(
            admin.listConsumerGroupOffsets(groups.get(0)).partitionsToOffsetAndMetadata())
        .forEach(
            (each, at) -> {
              if (partitions.contains(each)) {
                committed.put(each, at.offset());
              }
            });
    return committed;
  }

  /** The partitions of {@link #input} that are an instance's. */
  private Set<TopicPartition> assigned(int instance) {
    return partitions(groups.get(0), instance).stream()
        .filter(each -> each.topic().equals(input))
        .collect(Collectors.toSet());
  }

  private Set<TopicPartition> partitions(String group, int instance) {
    return describe(group).stream()
        .filter(each -> members.get(instance).contains(each.clientId()))
        .flatMap(each -> each.assignment().topicPartitions().stream())
        .collect(Collectors.toSet());
  }

  private Collection<MemberDescription> describe(String group) {
    try {
      ConsumerGroupDescription found =
          KafkaAnswers.await(admin.describeConsumerGroups(Set.of(group)).all()).get(group);
      return found.members();
    } catch (GroupIdNotFoundException e) {
      return List.of();
    }
  }

  private Set<String> clients() {
    return groups.stream()
        .flatMap(group -> describe(group).stream())
        .map(MemberDescription::clientId)
        .collect(Collectors.toSet());
  }

  private List<String> ids(int instance) {
    return members.get(instance).stream()
        .map(client -> client.replaceFirst("-StreamThread-(\\d+)-consumer$", "-$1"))
        .toList();
  }

  private void startInstance(int number, IntFunction<String> command) throws IOException {
    Set<String> others = clients();
    others.removeAll(members.getOrDefault(number, Set.of()));
    instances[number] = start(command.apply(number));
    Await.until(
        "it is in all groups, and has partitions",
        () -> {
          Set<String> found = clients();
          found.removeAll(others);
          members.put(number, Set.copyOf(found));
          return found.size() == groups.size() && !assigned(number).isEmpty();
        },
        this::said);
  }

  /** Stores that a kill left half written are read anew first, by the instance that gets them. */
  private void awaitProgressOf(int number) {
    Await.until(
        "it works on its partitions",
        () -> {
          Set<TopicPartition> own = assigned(number);
          Map<TopicPartition, Long> before = committed(own);
          Await.until(
              "it goes on",
              Duration.ofSeconds(30),
              () -> isBeyond(committed(own), before),
              () -> before);
          return !own.isEmpty() && own.equals(assigned(number));
        },
        this::said);
  }

  private static boolean isBeyond(Map<TopicPartition, Long> now, Map<TopicPartition, Long> before) {
    return before.entrySet().stream().allMatch(each -> now.get(each.getKey()) > each.getValue());
  }

  /** Keeps so many records waiting that instances always have work. */
  private void keepBusy(LongConsumer publish) {
    long next = 0;
    while (isBusy) {
      for (long waiting = waiting(); waiting < BACKLOG && isBusy; waiting++) {
        publish.accept(next++);
      }
      Await.pause();
    }
  }

  private long waiting() {
    Set<TopicPartition> all =
        IntStream.range(0, PARTITIONS)
            .mapToObj(each -> new TopicPartition(input, each))
            .collect(Collectors.toSet());
    return sum(ends(all, IsolationLevel.READ_COMMITTED)) - sum(committed(all));
  }

  private static long sum(Map<TopicPartition, Long> offsets) {
    return offsets.values().stream().mapToLong(each -> each).sum();
  }
}

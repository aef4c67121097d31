package io.pairstream.preprocess.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.preprocess.topology.Tracked.Identity;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.Takedown;
import io.pairstream.schemas.WaitingPair;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.Topic;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Memory that processors of one task share, of its stores, from one start to the next. */
class MemoryOfATaskTest {

  @AutoClose
  private final TopologyUnderTest topology =
      new TopologyUnderTest(Pairs.WORKER, TopologyUnderTest.ALL_TRAINING);

  private final PreparedPair prepared = prepared();
  private final MockProcessorContext<Void, Void> task = new MockProcessorContext<>();
  private final KeyValueStore<String, Takedown> takedowns =
      open(TopicCatalogue.TAKEDOWNS_STORE, topology.topics().takedowns());
  private final KeyValueStore<String, WaitingPair> waiting =
      open(TopicCatalogue.WAITING_PAIRS_STORE, topology.topics().waitingPairs());
  private final WaitingPairs.Memory memory = new WaitingPairs.Memory(Long.MAX_VALUE);
  private long offset;

  private <T> KeyValueStore<String, T> open(String name, Topic<T> topic) {
    KeyValueStore<String, T> store =
        Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore(name), topic.key(), topic.value())
            .withLoggingDisabled()
            .build();
    store.init(task.getStateStoreContext(), store);
    return store;
  }

  private PreparedPair prepared() {
    topology.send("crowdsourced", Pairs.good(1));
    return topology.training().get(0).value();
  }

  private Tracked<PreparedPair> pair(String image) {
    PreparedPair pair =
        PreparedPair.newBuilder(prepared)
            .setImageDigest(image)
            .setOrigin(new Origin("raw", 0, offset++))
            .build();
    return new Tracked<>(
        new RawRecord(null, null, new RecordHeaders(), pair.getOrigin(), pair.getPreparedAt()),
        new Identity(
            pair.getPairId(),
            image,
            "",
            "",
            "",
            pair.getMetadata().getReceivedAt(),
            Optional.empty()),
        pair);
  }

  private static Takedown of(String pair) {
    return Takedown.newBuilder().setKind("PAIR").setSubject(pair).setSampleId("of-" + pair).build();
  }

  @Test
  void takedownsAreThoseOfTheStoreWhicheverProcessorAsks() {
    Takedowns.Tasks tasks = new Takedowns.Tasks();
    assertThat(new Takedowns(task, tasks).ofSample("of-a")).isEmpty();

    takedowns.put("SAMPLE/of-a/a", of("a")); // by another instance, which has the task for a while
    Takedowns carryOut = new Takedowns(task, tasks);
    Takedowns check = new Takedowns(task, tasks);
    assertThat(check.ofSample("of-a")).contains(of("a"));

    carryOut.replace("PAIR/b", null, of("b"));
    carryOut.replace("PAIR/a", of("a"), null);
    assertThat(check.ofSample("of-a")).isEmpty();
    assertThat(check.ofSample("of-b")).contains(of("b"));
  }

  @Test
  void allOfAnImageAreTakenOnce() {
    WaitingPairs takes = memory.begin(task);
    WaitingPairs adds = memory.of(task.taskId());
    Map<String, List<PreparedPair>> expected = new HashMap<>();
    Random random = new Random(7);
    for (int i = 0; i < 8_000; i++) {
      String image = "image-" + random.nextInt(i % 1_000 < 50 ? 40 : 4);
      if (random.nextBoolean()) {
        Tracked<PreparedPair> pair = pair(image);
        assertThat(adds.add(pair)).isEqualTo(!expected.containsKey(image));
        expected.computeIfAbsent(image, first -> new ArrayList<>()).add(pair.stage());
      } else {
        List<PreparedPair> expectedOnes =
            Optional.ofNullable(expected.remove(image)).orElse(List.of());
        assertThat(takes.take(image))
            .extracting(waited -> waited.prepared().orElseThrow().stage())
            .containsExactlyInAnyOrderElementsOf(expectedOnes);
      }
    }
  }

  @Test
  void asManyAreHeldAsThereIsRoomFor() {
    long size = 4096L + prepared.getImage().remaining();
    WaitingPairs waits = new WaitingPairs.Memory(2 * size).begin(task);
    for (int round = 0; round < 3; round++) {
      Stream.of("a", "b", "c").forEach(image -> waits.add(pair(image)));

      assertThat(Stream.of("a", "b", "c").flatMap(image -> waits.take(image).stream()))
          .extracting(waited -> waited.prepared().isPresent())
          .containsExactly(true, true, false);
    }
    waits.add(pair("a"));
    waits.end();
    waits.add(pair("b"));
    waits.add(pair("c"));

    assertThat(Stream.of("a", "b", "c").flatMap(image -> waits.take(image).stream()))
        .extracting(waited -> waited.prepared().isPresent())
        .containsExactly(true, true);
  }

  @Test
  void whatIsRolledBackWaitsNoMore() {
    WaitingPairs waits = memory.begin(task);
    waits.add(pair("rolled back"));
    waits.add(pair("kept"));
    waits.end();
    waiting.delete("rolled back/raw-0-0"); // its transaction is aborted

    waits = memory.begin(task);
    assertThat(waits.take("rolled back")).isEmpty();
    assertThat(waits.take("kept"))
        .singleElement()
        .satisfies(pair -> assertThat(pair.prepared()).isEmpty());
    assertThat(waiting.approximateNumEntries()).isZero();
  }
}

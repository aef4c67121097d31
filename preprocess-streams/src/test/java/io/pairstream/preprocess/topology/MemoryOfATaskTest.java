package io.pairstream.preprocess.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.schemas.Takedown;
import io.pairstream.schemas.topics.Topic;
import io.pairstream.schemas.topics.TopicCatalogue;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What processors of one task share in memory of its stores, from one start to the next. */
class MemoryOfATaskTest {

  private final TopologyUnderTest topology = new TopologyUnderTest(Pairs.WORKER);
  private final MockProcessorContext<Void, Void> task = new MockProcessorContext<>();
  private final KeyValueStore<String, Takedown> takedowns =
      open(TopicCatalogue.TAKEDOWNS_STORE, topology.topics().takedowns());

  @AfterEach
  void close() {
    topology.close();
  }

  private <T> KeyValueStore<String, T> open(String name, Topic<String, T> topic) {
    KeyValueStore<String, T> store =
        Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore(name), topic.key(), topic.value())
            .withLoggingDisabled()
            .build();
    store.init(task.getStateStoreContext(), store);
    return store;
  }

  private static Takedown of(String pair) {
    return Takedown.newBuilder().setKind("PAIR").setSubject(pair).setSampleId("of-" + pair).build();
  }

  @Test
  void takedownsHoldAsTheStoreHasThemAtAStart() {
    Takedowns.Tasks tasks = new Takedowns.Tasks();
    assertThat(new Takedowns(task, tasks).ofSample("of-a")).isEmpty();

    takedowns.put("SAMPLE/of-a/a", of("a")); // by another instance, which has the task for a while

    assertThat(new Takedowns(task, tasks).ofSample("of-a")).contains(of("a"));
  }

  @Test
  void oneProcessorSeesWhatAnotherTakesDownOrLifts() {
    Takedowns.Tasks tasks = new Takedowns.Tasks();
    Takedowns carryOut = new Takedowns(task, tasks);
    Takedowns check = new Takedowns(task, tasks);

    carryOut.replace("PAIR/a", null, of("a"));
    carryOut.replace("PAIR/b", null, of("b"));
    carryOut.replace("PAIR/a", of("a"), null);

    assertThat(check.ofSample("of-a")).isEmpty();
    assertThat(check.ofSample("of-b")).contains(of("b"));
  }
}

package io.pairstream.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.drawing.DrawnPairs;
import io.pairstream.operate.lag.GroupLag;
import io.pairstream.operate.lag.LagReport;
import io.pairstream.operate.lag.LagVerdict;
import io.pairstream.operate.lag.watch.LagWatcher;
import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.testing.Await;
import io.pairstream.testing.TestDataset;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Faults of groups on a live platform, and the verdicts that operators see. All faults are there at
 * once; none may be reported as another one.
 */
@Tag("full")
@Timeout(1800)
class LiveVerdictsTest {

  /** So few groups are looked at ten times as often as usual. */
  private static final Duration OFTEN = Duration.ofSeconds(1);

  /**
   * Groups beside the platform's own are reported like them, without getting to know them first.
   */
  private static final List<String> ALL = List.of("*");

  @TempDir private Path folder;

  private RunningPlatform platform;
  private LagWatcher watcher;

  /** Whether more and more waits where a member is stuck. */
  private boolean filling;

  @Test
  void eachFaultIsReportedByItsVerdictAndEndsWithIt() throws Exception {
    DrawnPairs pairs = new DrawnPairs(7, 0.0);
    try (RunningPlatform running = RunningPlatform.start(folder.resolve("data"));
        LagWatcher watching =
            new LagWatcher(running.access(), OFTEN, ALL, Clock.systemUTC(), report -> {});
        Admin admin = running.access().admin()) {
      platform = running;
      watcher = watching;
      TestDataset dataset = platform.dataset();
      String preprocess = platform.cluster().dataset().preprocessGroup();
      platform.publish(pairs, 0, 20);
      platform.awaitAllDecided();
      for (String topic : List.of("again", "gone", "wedged")) {
        KafkaAnswers.await(admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all());
        send(topic, 20);
      }
      dataset.commit("again-readers", new TopicPartition("again", 0), 20);
      dataset.commit("gone-readers", new TopicPartition("gone", 0), 5);
      try (KafkaConsumer<byte[], byte[]> wedged = member("wedged")) {
        List<String> groups =
            List.of(preprocess, "again-readers", "gone-readers", "wedged-readers");
        await("all are well", groups, wedged, group -> !group.now().verdict().isAlarm());

        Signals.send("STOP", platform.pid("preprocess"));
        try {
          platform.publish(pairs, 20, 60);
          dataset.commit("again-readers", new TopicPartition("again", 0), 3);
          dataset.deleteBefore(new TopicPartition("gone", 0), 12);
          filling = true;
          Map<String, GroupLag> reported = new HashMap<>();
          await(
              "each fault is reported",
              groups,
              wedged,
              group -> {
                if (group.now().verdict().isAlarm()) {
                  reported.putIfAbsent(group.group(), group);
                }
                return reported.containsKey(group.group());
              });

          assertThat(reported.get(preprocess).now().verdict())
              .isIn(LagVerdict.STALL, LagVerdict.STOP);
          assertThat(sentence(reported, preprocess)).contains("crowdsourced", "waiting");
          assertThat(reported.get("again-readers").now().verdict()).isEqualTo(LagVerdict.REWIND);
          assertThat(sentence(reported, "again-readers"))
              .contains("again-0 went back from 20 to 3");
          assertThat(reported.get("gone-readers").now().verdict()).isEqualTo(LagVerdict.LOST);
          assertThat(sentence(reported, "gone-readers")).contains("up to 7 records left the log");
          assertThat(reported.get("wedged-readers").now().verdict()).isEqualTo(LagVerdict.STALL);
          assertThat(sentence(reported, "wedged-readers"))
              .contains("wedged-0 is stuck at offset 0");
        } finally {
          Signals.send("CONT", platform.pid("preprocess"));
        }
        platform.awaitAllDecided();
        await(
            "preprocessing is well again",
            List.of(preprocess),
            wedged,
            group -> Set.of(LagVerdict.OK, LagVerdict.IDLE).contains(group.now().verdict()));
      }
    }
  }

  /** Looks until it holds of each of these groups. */
  private void await(
      String what,
      List<String> groups,
      KafkaConsumer<byte[], byte[]> wedged,
      Predicate<GroupLag> holds) {
    Await.until(
        what,
        Duration.ofMinutes(8),
        () -> {
          if (filling) {
            send("wedged", 5);
          }
          // Its member is there and commits, but never another place.
          wedged.seekToBeginning(wedged.assignment());
          wedged.poll(Duration.ofMillis(50));
          wedged.commitSync(Map.of(new TopicPartition("wedged", 0), new OffsetAndMetadata(0)));
          LagReport report = watcher.look();
          // All are asked, also where one says no.
          return groups.stream()
                  .filter(name -> report.group(name).filter(holds).isPresent())
                  .count()
              == groups.size();
        },
        watcher::latest);
  }

  private static String sentence(Map<String, GroupLag> reported, String group) {
    return reported.get(group).now().sentence().text();
  }

  private KafkaConsumer<byte[], byte[]> member(String topic) {
    KafkaConsumer<byte[], byte[]> member =
        platform.access().consumer(Map.of("group.id", topic + "-readers"));
    member.subscribe(List.of(topic));
    Await.until(
        "the member has its partition",
        () -> {
          member.poll(Duration.ofMillis(100));
          return !member.assignment().isEmpty();
        },
        member::assignment);
    return member;
  }

  private void send(String topic, int records) {
    for (int i = 0; i < records; i++) {
      var unused = platform.dataset().send(new ProducerRecord<>(topic, 0, null, new byte[100]));
    }
  }
}

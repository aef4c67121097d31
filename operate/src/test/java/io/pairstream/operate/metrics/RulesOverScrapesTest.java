package io.pairstream.operate.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.operate.lag.watch.LagWatcher;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.TestCluster;
import io.pairstream.service.report.PrometheusText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * The shipped rules over what {@code /metrics} reported of a real broker, scrape by scrape: time
 * passes ten seconds at a time, by a clock that is moved.
 */
@Timeout(900)
class RulesOverScrapesTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  private static final Path RULES =
      Path.of("..", "deploy/prometheus/pairstream.rules.yml").toAbsolutePath().normalize();
  private static final int A_MINUTE = 6;

  private final ClusterAccess cluster =
      KAFKA.dataset(1, TopicCatalogue.CROWDSOURCED, TopicCatalogue.TRAINING);
  private final TopicPartition raw = new TopicPartition(cluster.topics().crowdsourced().name(), 0);
  private final TopicPartition training = new TopicPartition(cluster.topics().training().name(), 0);
  private final Map<String, List<String>> series = new TreeMap<>();
  private Duration ahead = Duration.ZERO;
  private final InstantSource moved = () -> Instant.now().plus(ahead);
  private final Clock clock = moved.withZone(ZoneOffset.UTC);
  private int scrapes;
  private long sent;

  @TempDir Path folder;

  @Test
  void nothingFiresInHealthyTimesAndEachTroubleDoes() throws Exception {
    Promtool.run("", "--version");
    int healthy = 30 * A_MINUTE;
    int trouble = 10 * A_MINUTE;
    int calm = 15 * A_MINUTE;
    try (LagWatcher watcher =
            new LagWatcher(cluster, LagWatcher.INTERVAL, List.of(), clock, report -> {});
        KafkaProducer<byte[], byte[]> producer = TestCluster.producer(cluster, "");
        KafkaProducer<byte[], byte[]> pipeline = TestCluster.producer(cluster, "-pipeline")) {
      for (int look = 0; look < healthy; look++) {
        if (look % 90 < 60) { // producers pause now and then
          send(producer, raw, 3);
        }
        TestCluster.commit(cluster, cluster.dataset().preprocessGroup(), raw, sent);
        if (look % 12 == 11) {
          TestCluster.commit(cluster, cluster.dataset().name() + "-cron", raw, sent);
        }
        if (look % 40 == 5) { // a run of the feed, which begins again
          TestCluster.commit(cluster, cluster.dataset().feedGroup(), training, 3);
          TestCluster.commit(cluster, cluster.dataset().feedGroup(), training, look % 3);
        }
        pipeline.beginTransaction();
        send(pipeline, training, 1);
        scrape(watcher); // in the midst of a transaction, as at most times
        pipeline.commitTransaction();
      }
      int open = scrapes;
      pipeline.beginTransaction();
      send(pipeline, training, 1);
      for (int look = 0; look < trouble; look++) {
        send(producer, raw, 3);
        TestCluster.commit(cluster, cluster.dataset().preprocessGroup(), raw, sent);
        scrape(watcher);
      }
      pipeline.abortTransaction();
      for (int look = 0; look < calm; look++) {
        TestCluster.commit(cluster, cluster.dataset().preprocessGroup(), raw, sent);
        scrape(watcher);
      }
      int stopped = scrapes;
      send(producer, raw, 30);
      for (int look = 0; look < trouble; look++) {
        scrape(watcher);
      }
      int back = scrapes;
      TestCluster.commit(cluster, cluster.dataset().preprocessGroup(), raw, sent);
      for (int look = 0; look < calm; look++) {
        scrape(watcher);
      }
      TestCluster.commit(cluster, cluster.dataset().preprocessGroup(), raw, sent - 20);
      scrape(watcher);
      TestCluster.commit(cluster, cluster.dataset().preprocessGroup(), raw, sent);
      for (int look = 0; look < A_MINUTE; look++) {
        scrape(watcher);
      }

      List<String> expectations = new ArrayList<>();
      for (int look = 0; look < healthy; look += 3) {
        expectations.add(firing(look, ".+", 0));
      }
      expectations.add(firing(open + 8 * A_MINUTE, "PairstreamTransactionHangs", 1));
      expectations.add(firing(open + 8 * A_MINUTE, "PairstreamGroup.+", 0));
      expectations.add(firing(stopped - 1, "PairstreamTransactionHangs", 0));
      expectations.add(firing(stopped + 3 * A_MINUTE, "PairstreamGroupStopped", 1));
      expectations.add(firing(back + A_MINUTE, "PairstreamGroupStopped", 0));
      expectations.add(firing(scrapes - 1, "PairstreamGroupRewound", 1));
      Promtool.Ended ended = Promtool.run("", "test", "rules", write(expectations).toString());

      assertThat(ended.status()).as(ended.output()).isZero();
    }
  }

  private void send(KafkaProducer<byte[], byte[]> producer, TopicPartition to, int count) {
    for (int i = 0; i < count; i++) {
      TestCluster.acknowledged(
          producer.send(new ProducerRecord<>(to.topic(), 0, new byte[] {'k'}, new byte[100])));
    }
    sent += to.equals(raw) ? count : 0;
  }

  private void scrape(LagWatcher watcher) {
    ahead = ahead.plus(LagWatcher.INTERVAL);
    watcher.look();
    PrometheusText text = new PrometheusText();
    MetricsTest.ofLag("here", cluster.dataset().name(), watcher::latest).write(text);
    for (Samples.Sample sample : Samples.of(text.toString()).all()) {
      // The broker is other tests' too.
      String group = sample.labels().getOrDefault("group", cluster.dataset().name());
      if (group.startsWith(cluster.dataset().name())) {
        List<String> values = series.computeIfAbsent(name(sample), unknown -> new ArrayList<>());
        while (values.size() < scrapes) {
          values.add("_");
        }
        values.add(Double.isInfinite(sample.value()) ? "Inf" : String.valueOf(sample.value()));
      }
    }
    scrapes++;
  }

  private static String name(Samples.Sample sample) {
    StringBuilder labels = new StringBuilder();
    sample
        .labels()
        .forEach(
            (label, value) ->
                labels.append(labels.isEmpty() ? "" : ", ").append(label + "=\"" + value + "\""));
    return sample.name() + "{" + labels + "}";
  }

  private static String firing(int look, String alerts, int count) {
    String expected = count == 0 ? "[]" : "[{labels: '{}', value: " + count + "}]";
    return "      - expr: count(ALERTS{alertstate=\"firing\",alertname=~\"%s\"})\n"
            .formatted(alerts)
        + "        eval_time: %ds\n        exp_samples: %s\n"
            .formatted(look * LagWatcher.INTERVAL.toSeconds(), expected);
  }

  private Path write(List<String> expectations) throws IOException {
    StringBuilder test = new StringBuilder("rule_files: ['" + RULES + "']\n");
    test.append("evaluation_interval: 10s\ntests:\n  - interval: 10s\n    input_series:\n");
    series.forEach(
        (name, values) ->
            test.append("      - series: '")
                .append(name)
                .append("'\n        values: '")
                .append(String.join(" ", values))
                .append("'\n"));
    test.append("    promql_expr_test:\n");
    expectations.forEach(test::append);
    return Files.writeString(folder.resolve("scrapes.test.yml"), test);
  }
}

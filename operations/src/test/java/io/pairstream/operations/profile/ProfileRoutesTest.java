package io.pairstream.operations.profile;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.operations.Served;
import io.pairstream.operations.catalogue.Catalogue;
import io.pairstream.operations.catalogue.JudgedPairs;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.TestCluster;
import io.pairstream.operations.profile.GeneratedHistory.Event;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.service.table.TopicTable;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

@Timeout(900)
class ProfileRoutesTest {

  private static final int PARTITIONS = 2;

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  private final ClusterAccess cluster = JudgedPairs.dataset(KAFKA, PARTITIONS);

  @TempDir Path folder;

  @Test
  void answersByHttp() throws Exception {
    GeneratedHistory history = new GeneratedHistory(22, 200);
    publish(history.events());

    try (TopicTable catalogue = open();
        Served served = new Served(new ProfileRoutes("pairs", catalogue).routes())) {
      catalogue.caughtUp().join();

      JsonNode all = served.json("/v1/profile", 200);
      assertThat(all.get("dataset").textValue()).isEqualTo("pairs");
      assertThat(all.get("ready").booleanValue()).isTrue();
      assertThat(all.get("since").textValue()).matches("2023-11-14T22:13:20\\.\\d{3}Z");
      assertThat(all.get("pairs").longValue()).isEqualTo(history.pairs(ProfileQuestion.EVERYTHING));
      assertThat(all.get("counts").get("standing")).hasSize(5);
      assertThat(all.get("histograms").get("width").get("edges")).hasSize(17);
      assertThat(all.get("histograms").get("width").get("counts")).hasSize(16);
      assertThat(all.get("truncated_share").doubleValue()).isBetween(0.5, 1.0);
      assertThat(all.get("words").get(0).get("count").longValue())
          .isEqualTo(
              history.words(ProfileQuestion.EVERYTHING).values().stream()
                  .max(Long::compare)
                  .orElseThrow());
      assertThat(all.get("producers").findValuesAsText("contributor"))
          .contains("<script>", "(none)");
      assertThat(all.get("balance").findValuesAsText("category"))
          .containsExactly("source_kind", "language", "licence", "orientation", "fold");

      JsonNode part = served.json("/v1/profile?split=TEST&source=SCRAPED", 200);
      assertThat(part.get("pairs").longValue())
          .isEqualTo(history.pairs(ProfileQuestion.of("TEST", "SCRAPED")));

      JsonNode problem = served.json("/v1/profile?split=ALL", 400);
      assertThat(problem.get("detail").textValue())
          .isEqualTo("there is no split ALL; there are TRAINING, VALIDATION, TEST");
    }
  }

  @Test
  void readsTheTopicsOnceAndLeavesNothingBehind() throws Exception {
    GeneratedHistory history = new GeneratedHistory(24, 50);
    publish(history.events());

    ProfileReport report =
        new ReadProfile(cluster, folder).read(ProfileQuestion.EVERYTHING, pairs -> {});

    Recounted.isAsCounted(report, history, ProfileQuestion.EVERYTHING);
    assertThat(folder).isEmptyDirectory();
  }

  private TopicTable open() {
    return Catalogue.open(
        cluster, List.of(new ProfileFold(cluster.topics())), folder, Clock.systemUTC());
  }

  private void publish(List<Event> events) {
    try (KafkaProducer<byte[], byte[]> producer = TestCluster.producer(cluster, "")) {
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      events.forEach(event -> sent.add(producer.send(record(event))));
      sent.forEach(TestCluster::acknowledged);
    }
  }

  private ProducerRecord<byte[], byte[]> record(Event event) {
    PairTopics topics = cluster.topics();
    if (event.value() instanceof Receipt receipt) {
      return TestCluster.record(topics.receipts(), null, event.key(), receipt);
    }
    if (event.value() instanceof QuarantinedPair pair) {
      if (event.raw() != null) {
        byte[] raw =
            topics
                .crowdsourced()
                .value()
                .serializer()
                .serialize(topics.crowdsourced().name(), event.raw());
        pair.setValue(ByteBuffer.wrap(raw));
      }
      return TestCluster.record(topics.quarantine(), null, event.key(), pair);
    }
    return TestCluster.record(
        switch (event.lane()) {
          case "TRAINING" -> topics.training();
          case "VALIDATION" -> topics.validation();
          default -> topics.test();
        },
        null,
        event.key(),
        (PreparedPair) event.value());
  }
}

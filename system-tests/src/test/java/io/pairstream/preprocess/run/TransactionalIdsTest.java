package io.pairstream.preprocess.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.image.sandbox.WorkerSettings;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.service.Cluster;
import io.pairstream.service.transactions.AbandonedTransaction;
import io.pairstream.testing.Await;
import io.pairstream.testing.TestDataset;
import io.pairstream.testing.TestKafka;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** How Kafka Streams names its clients and its transactions, which it does not promise. */
@Timeout(900)
class TransactionalIdsTest {

  @RegisterExtension static final TestKafka KAFKA = new TestKafka();

  @TempDir private Path folder;

  @Test
  void aMembersClientIdTellsItsTransactionalId() {
    TestDataset dataset = KAFKA.dataset(2, TopicCatalogue.LINKS, TopicCatalogue.SCRAPED);
    Map<String, String> kafka = new HashMap<>(TestDataset.SETTINGS);
    kafka.put("client.id", "an operator's");
    PreprocessSettings settings =
        new PreprocessSettings(
            new Cluster(dataset.bootstrapServers(), "", dataset.dataset(), kafka, Map.of()),
            "dalle",
            folder,
            2,
            WorkerSettings.of("classes", 2));
    StreamsBuilder builder = new StreamsBuilder();
    builder.stream(dataset.topics().links().name(), Consumed.with(bytes(), bytes()))
        .to(dataset.topics().scraped().name(), Produced.with(bytes(), bytes()));
    Properties properties = new Properties();
    properties.putAll(settings.streamsSettings());
    String group = dataset.dataset().preprocessGroup();
    try (KafkaStreams streams = new KafkaStreams(builder.build(), properties);
        Admin admin = dataset.admin()) {
      streams.start();
      Await.until("two members", () -> members(admin, group).size() == 2, streams::state);
      dataset.send(TestDataset.record(dataset.topics().links(), 0, "a", null));
      dataset.send(TestDataset.record(dataset.topics().links(), 1, "b", null));

      Await.until(
          "both have transactional ids",
          () -> members(admin, group).equals(transactionalIds(admin, group)),
          () -> members(admin, group) + " and " + transactionalIds(admin, group));
      assertThat(AbandonedTransaction.describe(admin, List.of(group))).isEmpty();
    }
  }

  private static org.apache.kafka.common.serialization.Serde<byte[]> bytes() {
    return org.apache.kafka.common.serialization.Serdes.ByteArray();
  }

  private static Set<String> members(Admin admin, String group) {
    return KafkaAnswers.await(admin.describeConsumerGroups(Set.of(group)).all())
        .get(group)
        .members()
        .stream()
        .map(MemberDescription::clientId)
        .map(AbandonedTransaction::transactionalId)
        .collect(Collectors.toSet());
  }

  private static Set<String> transactionalIds(Admin admin, String group) {
    return KafkaAnswers.await(admin.listTransactions().all()).stream()
        .map(TransactionListing::transactionalId)
        .filter(id -> id.startsWith(group + "-"))
        .collect(Collectors.toSet());
  }
}

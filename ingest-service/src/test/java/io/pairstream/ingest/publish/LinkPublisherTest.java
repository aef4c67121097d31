package io.pairstream.ingest.publish;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.PairLink;
import io.pairstream.schemas.PairMetadata;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.PairTopics;
import io.pairstream.service.publish.PairTooLargeException;
import io.pairstream.testing.TestDataset;
import io.pairstream.testing.TestKafka;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(600)
class LinkPublisherTest {

  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
  private static final int PARTITIONS = 3;
  private static final String DIGEST = "ab".repeat(32);

  @RegisterExtension static final TestKafka KAFKA = new TestKafka();

  private final TestDataset dataset = KAFKA.dataset(PARTITIONS, TopicCatalogue.LINKS);
  private final PairTopics topics = dataset.topics();

  @Test
  void publishedLinkIsReadBackAsItCame() throws Exception {
    PairLink link =
        new PairLink(
            "一只猫 on a mat",
            "zh",
            new PairMetadata(
                "SCRAPED",
                "ann",
                "",
                "https://Example.org/cat.png?size=2",
                "CC0-1.0",
                List.of("cat"),
                Instant.EPOCH),
            DIGEST.toUpperCase(Locale.ROOT),
            Map.of("shelf", "3"));

    Published published;
    try (LinkPublisher publisher = open()) {
      published = publisher.publish(link).get();
    }

    ConsumerRecord<byte[], byte[]> record = records().get(0);
    PairLink read = topics.links().value().deserializer().deserialize("", record.value());
    assertThat(new String(record.key(), UTF_8)).isEqualTo("example.org");
    assertThat(read.getMetadata().getUrl()).isEqualTo("https://Example.org/cat.png?size=2");
    assertThat(read.getCaption()).isEqualTo("一只猫 on a mat");
    assertThat(read.getLanguage()).isEqualTo("zh");
    assertThat(read.getMetadata().getSourceKind()).isEqualTo("SCRAPED");
    assertThat(read.getMetadata().getContributor()).isEqualTo("ann");
    assertThat(read.getMetadata().getLicence()).isEqualTo("CC0-1.0");
    assertThat(read.getExpectedDigest()).isEqualTo(DIGEST);
    assertThat(read.getAnnotations()).isEqualTo(Map.of("shelf", "3"));
    assertThat(read.getMetadata().getReceivedAt()).isEqualTo(NOW);
    assertThat(published)
        .isEqualTo(
            new Published(
                PairIdentity.linkId("https://Example.org/cat.png?size=2", "一只猫 on a mat"),
                "",
                topics.links().name(),
                record.partition(),
                record.offset()));
  }

  @Test
  void refusesALinkThatItsImageCouldMakeTooLarge() {
    try (LinkPublisher publisher = open()) {
      PairLink link =
          PairLink.newBuilder()
              .setMetadata(PairMetadata.newBuilder().setUrl("http://example.org/").build())
              .setCaption("x".repeat(1 << 20))
              .build();

      assertThatThrownBy(() -> publisher.publish(link)).isInstanceOf(PairTooLargeException.class);
    }

    assertThat(records()).isEmpty();
  }

  private LinkPublisher open() {
    return LinkPublisher.open(topics.links(), dataset.registry(), dataset.clientSettings(), CLOCK);
  }

  private List<ConsumerRecord<byte[], byte[]>> records() {
    return dataset.committed(topics.links().name());
  }
}

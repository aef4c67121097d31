package io.pairstream.preprocess.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.schemas.IndexedPair;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.PairMetadata;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.TokenSet;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.wire.PairTopics;
import io.pairstream.schemas.wire.QuarantineHeader;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.schemas.wire.Topic;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class IndexTopologyTest {

  private static final Instant AT = Instant.ofEpochMilli(5);

  private final Registry registry = new Registry("mock://" + UUID.randomUUID(), Map.of());
  private final PairTopics topics = PairTopics.of(new Dataset("pairs"), registry);
  @AutoClose private final TopologyTestDriver driver;

  IndexTopologyTest() {
    TopologyUnderTest.register(topics, registry);
    Properties properties = new Properties();
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, topics.dataset().indexGroup());
    properties.put(StreamsConfig.STATE_DIR_CONFIG, "target/state/" + UUID.randomUUID());
    driver =
        new TopologyTestDriver(new IndexTopology(topics).build(new StreamsBuilder()), properties);
  }

  @Test
  void saysWhereAPairIsAndWhatCanBeAskedOfIt() {
    publish(topics.training(), "first", PreparedPair.newBuilder().setSplit("TRAINING").build());
    PreparedPair pair =
        PreparedPair.newBuilder()
            .setPairId("5a")
            .setSplit("TRAINING")
            .setImageDigest("ab12")
            .setCaption("a cleaned caption")
            .setWidth(256)
            .setHeight(192)
            .setLanguage("zh")
            .setTokenCount(7)
            .setTokenSets(List.of(TokenSet.newBuilder().setName("t5").setTokenCount(9).build()))
            .setMeasures(Map.of("sharpness", 50.5))
            .setMetadata(PairMetadata.newBuilder().setUrl("https://pictures.test/1.jpg").build())
            .setMediaType("image/png")
            .setTokenizer("gpt2")
            .setOrigin(new Origin("pairs.scraped", 2, 3L))
            .setPreparedAt(Instant.ofEpochMilli(4))
            .build();
    int bytes = publish(topics.training(), "second", pair);
    publish(topics.validation(), "third", PreparedPair.newBuilder().setSplit("VALIDATION").build());
    publish(topics.training(), "first", null);

    List<KeyValue<String, IndexedPair>> entries = entries();

    assertThat(entries)
        .extracting(entry -> entry.key)
        .containsExactly("first", "second", "third", "first");
    assertThat(entries.get(3).value).isNull();
    assertThat(entries.get(2).value.getSplit()).isEqualTo("VALIDATION");
    assertThat(entries.get(1).value)
        .isEqualTo(
            IndexedPair.newBuilder()
                .setSplit("TRAINING")
                .setOffset(1)
                .setBytes(bytes)
                .setImageDigest("ab12")
                .setWidth(256)
                .setHeight(192)
                .setLanguage("zh")
                .setTokenCount(7)
                .setTokenSetCounts(Map.of("t5", 9))
                .setMeasures(Map.of("sharpness", 50.5))
                .setMetadata(
                    PairMetadata.newBuilder().setUrl("https://pictures.test/1.jpg").build())
                .setSampleId(PairIdentity.pairId("ab12", "a cleaned caption"))
                .setCaption("a cleaned caption")
                .setMediaType("image/png")
                .setTokenizer("gpt2")
                .setOrigin(new Origin("pairs.scraped", 2, 3L))
                .setPreparedAt(Instant.ofEpochMilli(4))
                .setPublishedAt(AT)
                .build());
  }

  @Test
  void namesTheSampleOnlyWhereThePairIsCalledOtherwise() {
    PreparedPair pair =
        PreparedPair.newBuilder()
            .setPairId(PairIdentity.pairId("ab12", "a clean caption"))
            .setImageDigest("ab12")
            .setCaption("a clean caption")
            .build();
    publish(topics.test(), pair.getPairId(), pair);

    assertThat(entries().get(0).value.getSampleId()).isEmpty();
  }

  @Test
  void keepsThePlaceOfWhatIsNoPair() {
    pipe(topics.training(), "strange", new byte[] {1, 2, 3});

    assertThat(entries().get(0).value)
        .isEqualTo(
            IndexedPair.newBuilder().setSplit("TRAINING").setBytes(3).setPublishedAt(AT).build());
  }

  @Test
  void aTombstoneSaysToWhomReadsTheIndexThatThePairIsInQuarantine() {
    Headers headers = new RecordHeaders();
    QuarantineHeader.write(headers, "MODEL_REFUSED");
    driver
        .createInputTopic(topics.test().name(), new StringSerializer(), new ByteArraySerializer())
        .pipeInput(new TestRecord<>("5a", null, headers, AT));

    TestRecord<String, byte[]> tombstone =
        driver
            .createOutputTopic(
                topics.index().name(), new StringDeserializer(), new ByteArrayDeserializer())
            .readRecord();
    assertThat(tombstone.value()).isNull();
    assertThat(QuarantineHeader.reason(tombstone.headers())).contains("MODEL_REFUSED");
  }

  private int publish(Topic<PreparedPair> split, String id, PreparedPair pair) {
    byte[] value = pair == null ? null : split.value().serializer().serialize("", pair);
    pipe(split, id, value);
    return value == null ? 0 : value.length;
  }

  private void pipe(Topic<PreparedPair> split, String id, byte[] value) {
    driver
        .createInputTopic(split.name(), new StringSerializer(), new ByteArraySerializer())
        .pipeInput(id, value, AT);
  }

  private List<KeyValue<String, IndexedPair>> entries() {
    Topic<IndexedPair> index = topics.index();
    return driver
        .createOutputTopic(index.name(), index.key().deserializer(), index.value().deserializer())
        .readKeyValuesToList();
  }
}

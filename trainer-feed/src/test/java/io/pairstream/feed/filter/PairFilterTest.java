package io.pairstream.feed.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.feed.record.MalformedSampleException;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.wire.AvroSerdes;
import io.pairstream.schemas.wire.Registry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PairFilterTest {

  private static final String TOPIC = "pairs.training";

  private final Registry registry = new Registry("mock://" + UUID.randomUUID(), Map.of());

  @ParameterizedTest
  @ValueSource(
      strings = {
        "language=en-GB",
        " language = de , en* ",
        "language!=de",
        "licence=CC-BY-*",
        "licence=*",
        "source=SCRAPED",
        "host=upload.example.org",
        "host=*.EXAMPLE.org",
        "host!=example.org",
        "width=256",
        "width>=256",
        "width<=256.0",
        "height!=256,512",
        "fold=1,2,3",
        "token_count<=2",
        "truncated=true",
        "measure.sharpness>=50",
        "measure.sharpness<=50",
        "measure.original_width_px>=1e3"
      })
  void takesPairsThatAreAsTheConditionSays(String condition) throws Exception {
    assertThat(takes(condition)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "language=en",
        "language=en-gb",
        "language!=en*",
        "licence=CC-BY-4?0",
        "source!=SCRAPED",
        "host=example.org",
        "width>=256.5",
        "width<=255",
        "fold!=1,2,3",
        "truncated=false",
        "measure.sharpness>=50.001"
      })
  void turnsAwayOthers(String condition) throws Exception {
    assertThat(takes(condition)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"contributor=*", "contributor!=a", "measure.entropy!=0"})
  void turnsAwayPairsOfWhichItIsUnknown(String condition) throws Exception {
    assertThat(takes(condition)).isFalse();
  }

  @Test
  void wantsAllConditionsAndNoneOfThemWantsNothing() throws Exception {
    assertThat(takes("language=en*", "width>=256")).isTrue();
    assertThat(takes("language=en*", "width>=257")).isFalse();
    assertThat(takes("width>=257", "language=en*")).isFalse();
    assertThat(takes()).isTrue();
  }

  /** A writer of another version may lack a field, or have one of that name and another type. */
  @Test
  void turnsAwayPairsWhoseWriterHasNoSuchField() throws Exception {
    Schema other =
        SchemaBuilder.record("PreparedPair")
            .namespace("io.pairstream.schemas")
            .fields()
            .requiredString("language")
            .requiredString("measures")
            .requiredInt("height")
            .endRecord();
    int schemaId = registry.register(TOPIC + "-value", other);
    GenericRecordBuilder pair =
        new GenericRecordBuilder(other).set("language", "en").set("measures", "m").set("height", 9);
    ByteArrayOutputStream value = new ByteArrayOutputStream();
    value.write(ByteBuffer.allocate(5).put((byte) 0).putInt(schemaId).array());
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(value, null);
    new GenericDatumWriter<>(other).write(pair.build(), encoder);
    encoder.flush();

    assertThat(filter("height=9", "language=en").matches(value.toByteArray())).isTrue();
    assertThat(filter("width<=9").matches(value.toByteArray())).isFalse();
    assertThat(filter("measure.m>=0").matches(value.toByteArray())).isFalse();
  }

  @Test
  void tellsRecordsThatAreNoPairs() throws IOException {
    byte[] whole = value();
    byte[] cut = Arrays.copyOf(whole, 40);

    assertThatThrownBy(() -> filter("fold=1").matches(cut))
        .isInstanceOf(MalformedSampleException.class);
    assertThatThrownBy(() -> filter("fold=1").matches(new byte[3]))
        .isInstanceOf(MalformedSampleException.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "language|'language' is no condition",
        "=en|'=en' is no condition",
        "language=|has an empty value",
        "language=en,,de|has an empty value",
        "caption=a|there is no field caption; there are contributor, host, language, licence, source, fold",
        "measure.=1|is no condition",
        "language>=en|>= compares a number with one value",
        "width>=1,2|>= compares a number with one value",
        "width=wide|wide is no number",
        "width=true|true is no number",
        "measure.sharpness<=NaN|NaN is no number"
      })
  void refusesWhatIsNoCondition(String text, String message) {
    assertThatThrownBy(() -> Condition.parse(text))
        .isInstanceOf(InvalidConditionException.class)
        .hasMessageContaining(message);
  }

  @Test
  void writesConditionsInOneForm() {
    assertThat(filter(" language =  de , en* ", "measure.sharpness >= 50").where())
        .containsExactly("language=de,en*", "measure.sharpness>=50");
  }

  private boolean takes(String... conditions) throws Exception {
    return filter(conditions).matches(value());
  }

  private byte[] value() {
    registry.register(TOPIC + "-value", PreparedPair.SCHEMA$);
    return new AvroSerdes(registry)
        .of(PreparedPair.class, TOPIC)
        .serializer()
        .serialize(TOPIC, pair());
  }

  private static PreparedPair pair() {
    return PreparedPair.newBuilder()
        .setPairId("p1")
        .setImage(ByteBuffer.wrap(new byte[1000]))
        .setWidth(256)
        .setHeight(192)
        .setTokenIds(List.of(1, 2, 3))
        .setTokenCount(2)
        .setTruncated(true)
        .setLanguage("en-GB")
        .setLicence("CC-BY-4.0")
        .setFold(3)
        .setSourceKind("SCRAPED")
        .setUrl("https://Upload.Example.org:8443/a%20b.jpg?c,d")
        .setMeasures(Map.of("sharpness", 50.0, "original_width_px", 4000.0))
        .build();
  }

  private PairFilter filter(String... conditions) {
    return new PairFilter(
        registry, TOPIC, Arrays.stream(conditions).map(Condition::parse).toList());
  }
}

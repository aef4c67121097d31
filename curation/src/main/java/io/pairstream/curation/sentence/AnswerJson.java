package io.pairstream.curation.sentence;

import com.fasterxml.jackson.annotation.JsonIgnoreType;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.pairstream.cleaning.Measured;
import io.pairstream.schemas.Measurement;
import io.pairstream.schemas.PairLink;
import io.pairstream.schemas.PairMetadata;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Refusal;
import io.pairstream.service.http.Access;
import io.pairstream.service.http.Answer;
import io.pairstream.service.http.Incoming;
import io.pairstream.service.http.Json;
import io.pairstream.service.http.Route;
import io.pairstream.service.table.Database.RowReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.kafka.common.TopicPartition;

/**
 * Records as JSON answers: names in snake case, numbers to millionths, null for what is not known
 * (an empty Optional, NaN, the year 1970), and beside the text of each sentence what it is made of.
 * Avro records are written by their names in the schema, without their bytes; partitions and paths
 * as text.
 */
public final class AnswerJson {

  /** Reads what it writes; of a sentence the text alone. Thread-safe. */
  public static final JsonMapper MAPPER =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .addModule(new Jdk8Module())
          .addModule(module())
          .addMixIn(Schema.class, LeftOut.class)
          .addMixIn(SpecificData.class, LeftOut.class)
          .addMixIn(Refusal.class, LeftOut.class)
          .addMixIn(ByteBuffer.class, LeftOut.class)
          .addMixIn(RawPair.class, WithMetadata.class)
          .addMixIn(PairLink.class, WithMetadata.class)
          .addMixIn(Measured.class, ExactNumbers.class)
          .addMixIn(Measurement.class, ExactNumbers.class)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.READ_UNKNOWN_ENUM_VALUES_USING_DEFAULT_VALUE)
          .build();

  /** Takes no row that lacks a field, or has another column. */
  private static final JsonMapper ROWS =
      MAPPER
          .rebuild()
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .build();

  @JsonIgnoreType
  private interface LeftOut {}

  /** A record's metadata as members of the record itself. */
  interface WithMetadata {
    @JsonUnwrapped
    PairMetadata getMetadata();
  }

  /** A number that breaks its limit is not rounded to it. */
  interface ExactNumbers {
    @JsonSerialize(using = ExactNumber.class)
    double value();

    @JsonSerialize(using = ExactNumber.class)
    double limit();

    @JsonSerialize(using = ExactNumber.class)
    double getValue();

    @JsonSerialize(using = ExactNumber.class)
    double getLimit();
  }

  private AnswerJson() {}

  /** The answer 200 with a record as its body. */
  public static Answer answer(Object record) {
    return Answer.json(200, MAPPER.valueToTree(record));
  }

  /** A route that answers at once, with a record, for those who may look. */
  public static Route route(String path, Function<Incoming, Object> record) {
    return Route.get(
        path,
        Access.VIEW,
        (request, body) -> CompletableFuture.completedFuture(answer(record.apply(request))));
  }

  /** A record as a text on one line, without a line feed, that {@link #read} reads. */
  public static String text(Object record) {
    try {
      return MAPPER.writeValueAsString(record);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("no record can be written as this: " + record, e);
    }
  }

  /** The record that a text of {@link #text} holds. */
  public static <T> T read(String text, Class<T> type) {
    try {
      return MAPPER.readValue(text, type);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("this is not what was written: " + text, e);
    }
  }

  /** Reads a row into a record whose fields are its columns; times are milliseconds there. */
  public static <T> RowReader<T> row(Class<T> type) {
    return row -> {
      Map<String, Object> fields = new HashMap<>();
      for (int column = 1; column <= row.getMetaData().getColumnCount(); column++) {
        fields.put(row.getMetaData().getColumnLabel(column), row.getObject(column));
      }
      return ROWS.convertValue(fields, type);
    };
  }

  private static SimpleModule module() {
    return new SimpleModule()
        .addSerializer(Double.class, new Writer<Double>(AnswerJson::write))
        .addSerializer(Double.TYPE, new Writer<Double>(AnswerJson::write))
        .addSerializer(
            OptionalDouble.class,
            new Writer<>((number, json) -> write(number.orElse(Double.NaN), json)))
        .addSerializer(Instant.class, new Writer<Instant>(AnswerJson::write))
        .addSerializer(Sentence.class, new Writer<Sentence>(AnswerJson::write))
        .addSerializer(TopicPartition.class, ToStringSerializer.instance)
        .addSerializer(Path.class, ToStringSerializer.instance)
        .addDeserializer(Instant.class, new TimeReader());
  }

  private static void write(double number, JsonGenerator json) throws IOException {
    if (!Double.isFinite(number)) {
      json.writeNull();
    } else if (number == Math.rint(number) && Math.abs(number) < 1e15) {
      json.writeNumber((long) number);
    } else {
      json.writeNumber(Math.abs(number) < 1e9 ? Math.round(number * 1e6) / 1e6 : number);
    }
  }

  /** Every digit; NaN, which a model may answer, as a text. */
  static final class ExactNumber extends JsonSerializer<Double> {
    @Override
    public void serialize(Double number, JsonGenerator json, SerializerProvider unused)
        throws IOException {
      if (!Double.isFinite(number)) {
        json.writeString(number.toString());
      } else if (number == Math.rint(number)) {
        AnswerJson.write(number, json);
      } else {
        json.writeNumber(number);
      }
    }
  }

  private static void write(Instant time, JsonGenerator json) throws IOException {
    if (time.equals(Instant.EPOCH)) {
      json.writeNull();
    } else {
      json.writeString(Json.time(time));
    }
  }

  /** As a member of a record, with the template that it is made of as another member, if any. */
  private static void write(Sentence sentence, JsonGenerator json) throws IOException {
    String name = json.getOutputContext().getCurrentName();
    json.writeString(sentence.text());
    if (sentence.template() != Template.VERBATIM) {
      json.writeFieldName(name + "_template");
      writeTemplate(sentence, json);
    }
  }

  private static void writeTemplate(Sentence sentence, JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeStringField("template", sentence.template().name());
    json.writeArrayFieldStart("arguments");
    for (Object argument : sentence.arguments()) {
      if (argument instanceof Sentence inner) {
        writeTemplate(inner, json);
      } else {
        json.writeString((String) argument);
      }
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  @FunctionalInterface
  private interface Writing<T> {
    void write(T value, JsonGenerator json) throws IOException;
  }

  private static final class Writer<T> extends JsonSerializer<T> {
    private final Writing<T> writing;

    Writer(Writing<T> writing) {
      this.writing = writing;
    }

    @Override
    public void serialize(T value, JsonGenerator json, SerializerProvider unused)
        throws IOException {
      writing.write(value, json);
    }
  }

  private static final class TimeReader extends JsonDeserializer<Instant> {
    @Override
    public Instant deserialize(JsonParser json, DeserializationContext unused) throws IOException {
      return json.currentToken().isNumeric()
          ? Instant.ofEpochMilli(json.getLongValue())
          : Instant.parse(json.getText());
    }

    @Override
    public Instant getNullValue(DeserializationContext unused) {
      return Instant.EPOCH;
    }
  }
}

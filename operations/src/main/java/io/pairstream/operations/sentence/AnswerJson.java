package io.pairstream.operations.sentence;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationConfig;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.BeanPropertyWriter;
import com.fasterxml.jackson.databind.ser.BeanSerializerModifier;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.pairstream.service.http.Answer;
import io.pairstream.service.http.Json;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Function;

/**
 * Records as JSON answers: names in snake case, numbers to millionths, null for what is not known
 * (an empty Optional, NaN, the year 1970), and beside the text of each sentence what it is made of.
 */
public final class AnswerJson {

  /** Reads what it writes; of a sentence the text alone. Thread-safe. */
  public static final JsonMapper MAPPER =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .addModule(new Jdk8Module())
          .addModule(module())
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.READ_UNKNOWN_ENUM_VALUES_USING_DEFAULT_VALUE)
          .build();

  private AnswerJson() {}

  /** The answer 200 with a record as its body. */
  public static Answer answer(Object record) {
    return Answer.json(200, MAPPER.valueToTree(record));
  }

  /** A record as a text that {@link #read} reads. */
  public static String text(Object record) {
    return MAPPER.valueToTree(record).toString();
  }

  /** The record that a text of {@link #text} holds. */
  public static <T> T read(String text, Class<T> type) {
    try {
      return MAPPER.readValue(text, type);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("this is not what was written: " + text, e);
    }
  }

  /** A record on one line, without a line feed. */
  public static byte[] bytes(Object record) {
    return Json.bytes(MAPPER.valueToTree(record));
  }

  private static SimpleModule module() {
    return new SimpleModule()
        .setSerializerModifier(new WithTemplates())
        .addSerializer(Double.class, new Writer<>(Double.class, AnswerJson::write))
        .addSerializer(Double.TYPE, new Writer<>(Double.TYPE, AnswerJson::write))
        .addSerializer(
            OptionalDouble.class,
            new Writer<>(
                OptionalDouble.class, (number, json) -> write(number.orElse(Double.NaN), json)))
        .addSerializer(Instant.class, new Writer<>(Instant.class, AnswerJson::write))
        .addDeserializer(Instant.class, new Reader<>(Instant.class, Instant::parse, Instant.EPOCH))
        .addDeserializer(
            Sentence.class,
            new Reader<>(Sentence.class, Sentence::verbatim, Sentence.verbatim("")));
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

  private static void write(Instant time, JsonGenerator json) throws IOException {
    if (time.equals(Instant.EPOCH)) {
      json.writeNull();
    } else {
      json.writeString(Json.time(time));
    }
  }

  @FunctionalInterface
  private interface Writing<T> {
    void write(T value, JsonGenerator json) throws IOException;
  }

  private static final class Writer<T> extends StdSerializer<T> {
    private static final long serialVersionUID = 1L;
    private final transient Writing<T> writing;

    Writer(Class<T> type, Writing<T> writing) {
      super(type);
      this.writing = writing;
    }

    @Override
    public void serialize(T value, JsonGenerator json, SerializerProvider unused)
        throws IOException {
      writing.write(value, json);
    }
  }

  private static final class Reader<T> extends StdDeserializer<T> {
    private static final long serialVersionUID = 1L;
    private final transient Function<String, T> reading;
    private final transient T absent;

    Reader(Class<T> type, Function<String, T> reading, T absent) {
      super(type);
      this.reading = reading;
      this.absent = absent;
    }

    @Override
    public T deserialize(JsonParser json, DeserializationContext unused) throws IOException {
      return reading.apply(json.getText());
    }

    @Override
    public T getNullValue(DeserializationContext unused) {
      return absent;
    }
  }

  private static final class WithTemplates extends BeanSerializerModifier {
    private static final long serialVersionUID = 1L;

    @Override
    public List<BeanPropertyWriter> changeProperties(
        SerializationConfig config, BeanDescription bean, List<BeanPropertyWriter> properties) {
      properties.replaceAll(
          each -> each.getType().hasRawClass(Sentence.class) ? new SentenceProperty(each) : each);
      return properties;
    }
  }

  private static final class SentenceProperty extends BeanPropertyWriter {
    private static final long serialVersionUID = 1L;

    SentenceProperty(BeanPropertyWriter base) {
      super(base);
    }

    @Override
    public void serializeAsField(Object bean, JsonGenerator json, SerializerProvider provider)
        throws Exception {
      ObjectNode members = JsonNodeFactory.instance.objectNode();
      ((Sentence) get(bean)).put(members, getName());
      for (Map.Entry<String, JsonNode> member : members.properties()) {
        json.writeObjectField(member.getKey(), member.getValue());
      }
    }
  }
}

package io.pairstream.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.TopicCatalogue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaValidatorBuilder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every released version, and a next one with a field more in each record, reads what every other
 * wrote.
 *
 * <p>The folder {@code schema-history} holds each version as it is registered. A changed schema is
 * added there under the next number; none is ever edited.
 */
class SchemaEvolutionTest {

  static Stream<Schema> schemas() {
    return new TopicCatalogue(new Dataset("flowers"), 1)
        .topics().stream().flatMap(topic -> topic.valueSchema().stream()).distinct();
  }

  @ParameterizedTest
  @MethodSource("schemas")
  void everyVersionReadsEveryOther(Schema current) throws IOException {
    List<Schema> history = history(current.getName());
    history.add(next(current));

    for (Schema version : history) {
      assertThatCode(
              () ->
                  new SchemaValidatorBuilder()
                      .mutualReadStrategy()
                      .validateAll()
                      .validate(version, history))
          .doesNotThrowAnyException();
    }
  }

  @ParameterizedTest
  @MethodSource("schemas")
  void theCurrentSchemaIsTheLastVersion(Schema current) throws IOException {
    List<Schema> history = history(current.getName());

    assertThat(withoutJavaStrings(current))
        .as("a changed schema goes into schema-history under the next number")
        .isEqualTo(history.get(history.size() - 1));
  }

  @ParameterizedTest
  @MethodSource("schemas")
  void everyFieldHasADefaultAndADescription(Schema current) {
    assertThat(current.getDoc()).isNotBlank();
    assertThat(current.getFields())
        .allSatisfy(
            field -> {
              assertThat(field.hasDefaultValue()).as("default of %s", field.name()).isTrue();
              assertThat(field.doc()).as("description of %s", field.name()).isNotBlank();
            });
  }

  @ParameterizedTest
  @MethodSource("schemas")
  void noVocabularyIsAnAvroEnum(Schema current) {
    assertThat(current.toString()).doesNotContain("\"enum\"");
  }

  private static Schema next(Schema current) {
    return new Schema.Parser()
        .parse(
            current
                .toString()
                .replace(
                    "\"fields\":[",
                    "\"fields\":[{\"name\":\"next_release\",\"type\":\"string\",\"default\":\"\"},"));
  }

  private static List<Schema> history(String name) throws IOException {
    List<Schema> versions = new ArrayList<>();
    for (int version = 1; ; version++) {
      Path file = Path.of("src/test/resources/schema-history", name, version + ".avsc");
      if (!Files.exists(file)) {
        assertThat(versions).as("versions of %s", name).isNotEmpty();
        return versions;
      }
      versions.add(new Schema.Parser().parse(Files.readString(file)));
    }
  }

  private static Schema withoutJavaStrings(Schema schema) {
    return new Schema.Parser()
        .parse(schema.toString().replace(",\"avro.java.string\":\"String\"", ""));
  }
}

package io.pairstream.ingest.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.service.http.Json;
import io.pairstream.testing.Golden;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * The ingest API keeps its operations, parameters and fields; {@link OpenApiTest} and {@link
 * OpenApiFuzzTest} hold the document to what the service does.
 */
class ApiCompatibilityTest {

  private final List<String> entries = new ArrayList<>();

  @Test
  void theIngestApiKeepsOperationsParametersAndFields() throws IOException {
    JsonNode document;
    try (InputStream file = IngestService.class.getResourceAsStream("openapi.json")) {
      document = Json.MAPPER.readTree(file);
    }
    for (var path : document.path("paths").properties()) {
      for (var operation : path.getValue().properties()) {
        String name = operation.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey();
        addOperation(name, operation.getValue());
      }
    }
    JsonNode components = document.path("components");
    for (var parameter : components.path("parameters").properties()) {
      addParameter("parameter " + parameter.getKey(), parameter.getValue());
    }
    for (var response : components.path("responses").properties()) {
      addContent("response " + response.getKey(), response.getValue());
    }
    for (var schema : components.path("schemas").properties()) {
      addSchema(schema.getKey(), schema.getValue(), "");
    }

    Golden.of("the ingest API", "api.txt").compare(entries);
  }

  private void addOperation(String name, JsonNode operation) {
    entries.add(name);
    operation.path("parameters").forEach(parameter -> addParameter(name, parameter));
    addContent(name, operation.path("requestBody"));
    for (var response : operation.path("responses").properties()) {
      String status = name + " " + response.getKey();
      entries.add(status + reference(response.getValue()));
      addContent(status, response.getValue());
    }
  }

  private void addParameter(String name, JsonNode parameter) {
    String required = parameter.path("required").asBoolean() ? " required" : "";
    entries.add(
        (parameter.has("$ref")
                ? name + " parameter" + reference(parameter)
                : name
                    + " "
                    + parameter.path("in").asText()
                    + " "
                    + parameter.path("name").asText())
            + required);
  }

  private void addContent(String name, JsonNode body) {
    for (var content : body.path("content").properties()) {
      addSchema(name + " " + content.getKey(), content.getValue().path("schema"), "");
    }
  }

  private void addSchema(String name, JsonNode schema, String required) {
    entries.add(name + type(schema) + required);
    Set<String> requiredNames = new TreeSet<>();
    schema.path("required").forEach(field -> requiredNames.add(field.asText()));
    for (var field : schema.path("properties").properties()) {
      String fieldName = field.getKey();
      addSchema(
          name + "." + fieldName,
          field.getValue(),
          requiredNames.contains(fieldName) ? " required" : "");
    }
    if (schema.path("items").isObject()) {
      addSchema(name + "[]", schema.path("items"), "");
    }
    for (String choice : List.of("oneOf", "anyOf", "allOf")) {
      schema.path(choice).forEach(one -> addSchema(name + " " + choice, one, ""));
    }
  }

  /** Another schema's name, or the type and the values that are known. */
  private static String type(JsonNode schema) {
    Set<String> types = new TreeSet<>();
    schema.path("type").forEach(type -> types.add(type.asText()));
    if (schema.path("type").isTextual()) {
      types.add(schema.path("type").asText());
    }
    Set<String> known = new TreeSet<>();
    schema.path("enum").forEach(value -> known.add(value.asText()));
    return reference(schema)
        + (types.isEmpty() ? "" : " " + String.join(" or ", types))
        + (known.isEmpty() ? "" : " of " + String.join(", ", known));
  }

  private static String reference(JsonNode schema) {
    return schema.has("$ref") ? " " + schema.path("$ref").asText().replaceFirst(".*/", "") : "";
  }
}

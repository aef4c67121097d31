package io.pairstream.ingest.files;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * COCO's instances: one JSON object with {@code annotations} (image_id, category_id) and {@code
 * categories} (id, name; https://cocodataset.org/#format-data), in any order. Of each image the
 * names of its categories are kept, some 300 bytes; outlines are passed over. Immutable.
 *
 * @param labels the names by image, as {@link CocoEntries#key} gives its id
 */
record CocoInstances(Map<String, List<String>> labels) {

  /**
   * The instances that a data set is read with; none where it is read without.
   *
   * @throws UnusableSourceException where the file that is named holds none
   */
  static CocoInstances of(SourceOptions options) throws IOException {
    Optional<Path> file = options.instances();
    file.ifPresent(instances -> SourceInput.requireFile(instances, false));
    return file.isPresent() ? read(file.get()) : new CocoInstances(Map.of());
  }

  private static CocoInstances read(Path file) throws IOException {
    Map<String, Set<String>> categoriesOf = new HashMap<>();
    Map<String, String> names = new HashMap<>();
    try (SourceInput input = new SourceInput(file);
        JsonParser parser = CocoEntries.JSON.createParser(input.stream())) {
      boolean isObject = parser.nextToken() == JsonToken.START_OBJECT;
      while (isObject && parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        boolean isArray = parser.nextToken() == JsonToken.START_ARRAY;
        while (isArray && parser.nextToken() == JsonToken.START_OBJECT) {
          if (name.equals("annotations")) {
            takeAnnotation(parser, categoriesOf);
          } else if (name.equals("categories")) {
            JsonNode category = CocoEntries.JSON.readTree(parser);
            names.put(CocoEntries.key(category.path("id")), category.path("name").asText());
          } else {
            parser.skipChildren();
          }
        }
        parser.skipChildren();
      }
      if (isObject) {
        CocoEntries.requireEnd(parser);
      }
    } catch (JsonProcessingException e) {
      throw new UnusableSourceException(
          file + " is " + JsonFields.notJson(e).replaceFirst(":", " as COCO's instances are:"));
    }
    return named(file, categoriesOf, names);
  }

  private static void takeAnnotation(JsonParser parser, Map<String, Set<String>> categoriesOf)
      throws IOException {
    String image = "";
    String category = "";
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      parser.nextToken();
      if (name.equals("image_id")) {
        image = CocoEntries.key(CocoEntries.JSON.readTree(parser));
      } else if (name.equals("category_id")) {
        category = CocoEntries.key(CocoEntries.JSON.readTree(parser));
      } else {
        parser.skipChildren();
      }
    }
    categoriesOf.computeIfAbsent(image, unused -> new LinkedHashSet<>()).add(category);
  }

  private static CocoInstances named(
      Path file, Map<String, Set<String>> categoriesOf, Map<String, String> names) {
    if (categoriesOf.isEmpty() || names.isEmpty()) {
      throw new UnusableSourceException(
          "%s has no 'annotations' and 'categories', as COCO's instances have".formatted(file));
    }
    Set<String> unknown =
        categoriesOf.values().stream()
            .flatMap(Set::stream)
            .filter(category -> !names.containsKey(category))
            .collect(Collectors.toCollection(LinkedHashSet::new));
    if (!unknown.isEmpty()) {
      throw new UnusableSourceException(
          "%s: category_id %s is not among the categories"
              .formatted(file, unknown.iterator().next()));
    }
    Map<String, List<String>> labels = new HashMap<>();
    categoriesOf.forEach(
        (image, categories) -> labels.put(image, categories.stream().map(names::get).toList()));
    return new CocoInstances(labels);
  }

  /**
   * The categories of an image, in the order of its instances; none where it has no instance.
   *
   * @param image as {@link CocoEntries#key} gives its id
   */
  List<String> labels(String image) {
    return labels.getOrDefault(image, List.of());
  }
}

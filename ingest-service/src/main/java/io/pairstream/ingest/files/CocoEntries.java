package io.pairstream.ingest.files;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * COCO's captions: one JSON object with {@code licenses}, {@code images} (id, file_name, coco_url,
 * license) and, behind them as COCO has it, {@code annotations} (image_id, caption;
 * https://cocodataset.org/#format-data).
 *
 * <p>An entry is an annotation, in the file's order. What is said of the images is kept in memory,
 * some 300 bytes each; annotations stream.
 */
final class CocoEntries implements Entry.Reader {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** More would not fit in memory; COCO has 123,287. */
  private static final int MAX_IMAGES = 5_000_000;

  private final JsonParser parser;
  private final Map<Long, Image> images = new HashMap<>();
  private final Map<String, String> licences = new HashMap<>();
  private long number;

  private record Image(String file, String url, String licence) {}

  /**
   * @throws UnusableSourceException where it is no such file
   */
  CocoEntries(SourceInput input, Path file) throws IOException {
    this.parser = JSON.createParser(input.stream());
    try {
      if (!isAtAnnotations() || images.isEmpty()) {
        throw new UnusableSourceException(
            "%s has no 'images' with 'annotations' behind them, as COCO's captions have; a list with an object on each line is --format jsonl"
                .formatted(file));
      }
    } catch (JsonProcessingException e) {
      throw new UnusableSourceException(
          file + " is not JSON as COCO's captions are: " + e.getOriginalMessage());
    }
  }

  @Override
  public Optional<Entry> next() throws IOException {
    if (parser.isClosed() || parser.nextToken() != JsonToken.START_OBJECT) {
      parser.close();
      return Optional.empty();
    }
    number++;
    JsonNode annotation = JSON.readTree(parser);
    Entry entry = new Entry(number, "annotation " + number, ColumnNames.USUAL);
    JsonNode id = annotation.path("image_id");
    Image image = images.get(id.asLong(-1));
    if (image == null) {
      return Optional.of(entry.problem("image_id " + id + " is not among the images"));
    }
    if (!annotation.path("caption").isTextual()) {
      return Optional.of(
          entry.problem("it has no caption; are these COCO's captions, or its instances?"));
    }
    return Optional.of(
        entry
            .field("file", image.file())
            .field("url", image.url())
            .field("licence", licences.getOrDefault(image.licence(), ""))
            .field("image_id", id.asText())
            .caption(annotation.path("caption").textValue()));
  }

  /** Reads what comes before the annotations, and says whether there are any. */
  private boolean isAtAnnotations() throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      return false;
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      boolean isArray = parser.nextToken() == JsonToken.START_ARRAY;
      if (isArray && name.equals("annotations")) {
        return true;
      } else if (isArray && (name.equals("images") || name.equals("licenses"))) {
        while (parser.nextToken() == JsonToken.START_OBJECT) {
          take(name, JSON.readTree(parser));
        }
      } else {
        parser.skipChildren();
      }
    }
    return false;
  }

  private void take(String name, JsonNode object) {
    if (name.equals("licenses")) {
      licences.put(object.path("id").asText(), object.path("name").asText());
      return;
    }
    if (images.size() == MAX_IMAGES) {
      throw new UnusableSourceException(
          "more than " + MAX_IMAGES + " images in one file; split it");
    }
    images.put(
        object.path("id").asLong(-1),
        new Image(
            object.path("file_name").asText(),
            object.path("coco_url").asText(object.path("flickr_url").asText()),
            object.path("license").asText()));
  }
}

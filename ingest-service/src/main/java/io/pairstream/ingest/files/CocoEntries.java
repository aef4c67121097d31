package io.pairstream.ingest.files;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.pairstream.ingest.files.EntryReader.Entry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * COCO's captions: one JSON object with {@code images} (id, file_name, coco_url, license), {@code
 * annotations} (image_id, caption) and {@code licenses} (https://cocodataset.org/#format-data).
 *
 * <p>An entry is an annotation, in the file's order. What is said of the images is read first and
 * kept in memory, some 300 bytes each; annotations stream.
 */
final class CocoEntries implements EntryReader {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** More would not fit in memory; COCO has 123,287. */
  private static final int MAX_IMAGES = 5_000_000;

  private final Index index;
  private final SourceInput input;
  private final JsonParser parser;
  private long number;

  private CocoEntries(Index index, SourceInput input) throws IOException {
    this.index = index;
    this.input = input;
    this.parser = JSON.createParser(input.stream());
  }

  /**
   * @throws UnusableSourceException where it is no such file
   */
  static CocoEntries open(Path file) throws IOException {
    Index index = new Index();
    try (SourceInput first = SourceInput.of(file);
        JsonParser parser = JSON.createParser(first.stream())) {
      index.read(parser);
    } catch (JsonProcessingException e) {
      throw new UnusableSourceException(
          file + " is not JSON as COCO's captions are: " + e.getOriginalMessage());
    }
    if (index.images.isEmpty() || !index.hasAnnotations) {
      throw new UnusableSourceException(
          "%s has no 'images' and 'annotations' as COCO's captions have; a list with an object on each line is --format jsonl"
              .formatted(file));
    }
    SourceInput second = SourceInput.of(file);
    try {
      CocoEntries entries = new CocoEntries(index, second);
      entries.toAnnotations();
      return entries;
    } catch (IOException | RuntimeException e) {
      second.close();
      throw e;
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
    String place = "annotation " + number;
    JsonNode id = annotation.path("image_id");
    Optional<Image> image = Optional.ofNullable(index.images.get(id.asLong(-1)));
    if (image.isEmpty()) {
      return Optional.of(
          new Entry.Unreadable(number, place, "image_id " + id + " is not among the images"));
    }
    if (!annotation.path("caption").isTextual()) {
      return Optional.of(
          new Entry.Unreadable(
              number, place, "it has no caption; are these COCO's captions, or its instances?"));
    }
    return Optional.of(
        new EntryBuilder(number, place, ColumnNames.USUAL)
            .field("file", image.get().file())
            .field("url", image.get().url())
            .field("licence", index.licences.getOrDefault(image.get().licence(), ""))
            .field("image_id", id.asText())
            .caption(annotation.path("caption").textValue())
            .build());
  }

  @Override
  public double share() {
    return input.share();
  }

  @Override
  public void close() throws IOException {
    parser.close();
    input.close();
  }

  private void toAnnotations() throws IOException {
    parser.nextToken();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      boolean found = parser.currentName().equals("annotations");
      if (parser.nextToken() == JsonToken.START_ARRAY && found) {
        return;
      }
      parser.skipChildren();
    }
  }

  private record Image(String file, String url, String licence) {}

  /** What the file says of its images. */
  private static final class Index {

    private final Map<Long, Image> images = new HashMap<>();
    private final Map<String, String> licences = new HashMap<>();
    private boolean hasAnnotations;

    void read(JsonParser parser) throws IOException {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return;
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        boolean isArray = parser.nextToken() == JsonToken.START_ARRAY;
        if (isArray && (name.equals("images") || name.equals("licenses"))) {
          while (parser.nextToken() == JsonToken.START_OBJECT) {
            take(name, JSON.readTree(parser));
          }
        } else {
          hasAnnotations |= isArray && name.equals("annotations");
          parser.skipChildren();
        }
      }
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
      String url = object.path("coco_url").asText();
      images.put(
          object.path("id").asLong(-1),
          new Image(
              object.path("file_name").asText(),
              url.isEmpty() ? object.path("flickr_url").asText() : url,
              object.path("license").asText()));
    }
  }
}

package io.pairstream.ingest.files;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * COCO's captions: one JSON object with {@code licenses}, {@code images} (id, file_name, coco_url,
 * license) and {@code annotations} (image_id, caption; https://cocodataset.org/#format-data), in
 * any order.
 *
 * <p>An entry is an annotation, in the file's order. What is said of the images is kept in memory,
 * some 300 bytes each; annotations stream. Where something else follows the annotations, or nothing
 * is said of licences, the file is read twice.
 */
final class CocoEntries implements SourceEntry.Reader, SourceEntry.Input {

  static final JsonMapper JSON = JsonMapper.builder().build();

  /** Most images: more would not fit in memory; COCO has 123,287. */
  private static final int MAX_IMAGES = 5_000_000;

  /** Marks an id of several images, whose captions cannot be assigned. */
  private static final Image AMBIGUOUS = new Image("\0", "", "");

  private final Path file;
  private final CocoInstances instances;
  private final Notices notices;

  private final Set<String> annotated = new HashSet<>();

  private final Map<String, Image> images = new HashMap<>();
  private final Map<String, String> licences = new HashMap<>();
  private SourceInput input;
  private JsonParser parser;
  private long number;

  private record Image(String file, String url, String licence) {}

  /**
   * @param instances of the file's images
   * @param notices hear at the end how many images have no annotation
   * @throws UnusableSourceException where it is no such file
   */
  CocoEntries(Path file, CocoInstances instances, Notices notices) throws IOException {
    this.file = file;
    this.instances = instances;
    this.notices = notices;
    open();
    try {
      if (!isAtAnnotations()) {
        throw new UnusableSourceException(
            "%s has no 'images' and 'annotations', as COCO's captions have; a list of pairs is an array of objects, or an object on each line"
                .formatted(file));
      }
    } catch (JsonProcessingException e) {
      close();
      throw new UnusableSourceException(
          file + " is " + JsonFields.notJson(e).replaceFirst(":", " as COCO's captions are:"));
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  @Override
  public Optional<SourceEntry> next() throws IOException {
    if (parser.isClosed() || parser.nextToken() == JsonToken.END_ARRAY) {
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        parser.nextToken();
        parser.skipChildren();
      }
      requireEnd(parser);
      parser.close();
      int left = images.size() - annotated.size();
      if (left > 0) {
        notices.once(
            file + " images",
            "%s: images without a caption: %,d of %,d"
                .formatted(file.getFileName(), left, images.size()));
      }
      return Optional.empty();
    }
    number++;
    JsonNode annotation = JSON.readTree(parser);
    SourceEntry entry = new SourceEntry(number, "annotation " + number, ColumnNames.USUAL);
    JsonNode id = annotation.path("image_id");
    Image image = images.get(key(id));
    if (image != null) {
      annotated.add(key(id));
    }
    if (id.isMissingNode() || id.isNull()) {
      return Optional.of(entry.problem("it has no image_id"));
    }
    if (image == null) {
      return Optional.of(entry.problem("image_id " + id + " is not among the images"));
    }
    if (image.equals(AMBIGUOUS)) {
      return Optional.of(entry.problem("image_id " + id + " is the id of several images"));
    }
    if (!annotation.path("caption").isTextual()) {
      return Optional.of(
          entry.problem(
              "it has no caption; COCO's instances go with its captions, as --instances FILE"));
    }
    instances.labels(key(id)).forEach(entry::label);
    return Optional.of(
        entry
            .field("file", image.file())
            .field("url", image.url())
            .field("licence", licences.getOrDefault(image.licence(), ""))
            .field("image_id", id.asText())
            .caption(annotation.path("caption").textValue()));
  }

  @Override
  public double share() {
    return input.share();
  }

  @Override
  public void close() throws IOException {
    input.close();
  }

  /** Makes sure that nothing follows, as where files were joined. */
  static void requireEnd(JsonParser parser) throws IOException {
    if (parser.nextToken() != null) {
      throw new IOException("something follows the end of its JSON; nothing of that was read");
    }
  }

  private void open() throws IOException {
    input = new SourceInput(file);
    parser = JSON.createParser(input.stream());
  }

  /**
   * An id as pycocotools compares it: 1 and 1.0 are one id, "1" is another.
   *
   * @return text in quotes, numbers without
   */
  static String key(JsonNode id) {
    boolean isWhole =
        id.isFloatingPointNumber()
            && id.doubleValue() == Math.rint(id.doubleValue())
            && Math.abs(id.doubleValue()) < Long.MAX_VALUE;
    return isWhole ? Long.toString((long) id.doubleValue()) : id.toString();
  }

  /**
   * Reads the images that annotations refer to, and goes to the first annotation.
   *
   * @return false where there is none
   */
  private boolean isAtAnnotations() throws IOException {
    boolean hasLicences = false;
    boolean hasAnnotations = false;
    try {
      while (isAtField()) {
        String name = parser.currentName();
        boolean isArray = parser.nextToken() == JsonToken.START_ARRAY;
        if (isArray && name.equals("annotations")) {
          if (!images.isEmpty() && hasLicences) {
            return true;
          }
          hasAnnotations = true;
          parser.skipChildren();
        } else if (isArray && (name.equals("images") || name.equals("licenses"))) {
          hasLicences |= name.equals("licenses");
          while (parser.nextToken() == JsonToken.START_OBJECT) {
            take(name, JSON.readTree(parser));
          }
        } else {
          parser.skipChildren();
        }
      }
    } catch (JsonProcessingException e) {
      // Annotations up to a damage are read.
      if (!hasAnnotations || images.isEmpty()) {
        throw e;
      }
    }
    close();
    open();
    return hasAnnotations && !images.isEmpty() && isAtAnnotationsAgain();
  }

  private boolean isAtAnnotationsAgain() throws IOException {
    while (isAtField()) {
      boolean isOfAnnotations = parser.currentName().equals("annotations");
      if (parser.nextToken() == JsonToken.START_ARRAY && isOfAnnotations) {
        return true;
      }
      parser.skipChildren();
    }
    return false;
  }

  /** Goes to the next field of the outermost object. @return false at its end */
  private boolean isAtField() throws IOException {
    return (parser.currentToken() != null || parser.nextToken() == JsonToken.START_OBJECT)
        && parser.nextToken() == JsonToken.FIELD_NAME;
  }

  private void take(String name, JsonNode object) {
    if (name.equals("licenses")) {
      licences.put(key(object.path("id")), object.path("name").asText());
      return;
    }
    if (images.size() == MAX_IMAGES) {
      throw new UnusableSourceException(
          "more than " + MAX_IMAGES + " images in one file; split it");
    }
    Image image =
        new Image(
            object.path("file_name").asText(),
            object.path("coco_url").asText(object.path("flickr_url").asText()),
            key(object.path("license")));
    Image unused =
        images.merge(
            key(object.path("id")), image, (one, other) -> one.equals(other) ? one : AMBIGUOUS);
  }
}

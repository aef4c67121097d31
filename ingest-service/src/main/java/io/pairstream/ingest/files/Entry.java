package io.pairstream.ingest.files;

import io.pairstream.ingest.files.ColumnNames.Role;
import io.pairstream.ingest.publish.InvalidLinkException;
import io.pairstream.ingest.publish.NewLink;
import io.pairstream.ingest.publish.NewPair;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a data set says of one image, field by field, whatever its format. Not thread-safe.
 *
 * <p>An image with three captions is three pairs.
 */
final class Entry {

  /** More are a mistake, or make much out of little: each is a record with the image in it. */
  static final int MAX_CAPTIONS = 100;

  private final long number;
  private final String place;
  private final ColumnNames columns;
  private final List<Caption> captions = new ArrayList<>();
  private final Map<String, String> annotations = new LinkedHashMap<>();
  private Optional<ByteBuffer> image = Optional.empty();
  private String problem = "";
  private String file = "";
  private String language = "";
  private String contributor = "";
  private String url = "";
  private String licence = "";
  private String digest = "";
  private String digestField = "";

  private record Caption(String field, String text) {}

  /**
   * @param number grows from entry to entry, from 1 at the least; the same in each reading
   * @param place where the entry is, as people count: a line, a row, a member's name
   */
  Entry(long number, String place, ColumnNames columns) {
    this.number = number;
    this.place = place;
    this.columns = columns;
  }

  /** One that cannot be read. */
  static Entry unreadable(long number, String place, String problem) {
    return new Entry(number, place, ColumnNames.USUAL).problem(problem);
  }

  /** Takes a field. An empty value says nothing, except as a caption. */
  Entry field(String name, String value) {
    Role role = columns.role(name);
    if (role == Role.CAPTION) {
      captions.add(new Caption(name, value));
    } else if (!value.isBlank()) {
      switch (role) {
        case FILE -> file(value);
        case LANGUAGE -> language = value.strip();
        case CONTRIBUTOR -> contributor = value;
        case URL -> url = url.isEmpty() ? value.strip() : url;
        case LICENCE -> licence = value;
        case DIGEST -> {
          digest = value.strip();
          digestField = name;
        }
        default -> annotations.put(name, value);
      }
    }
    return this;
  }

  /** Takes each line that is not blank as a caption of no language that a name tells. */
  Entry captionLines(String text) {
    text.lines().filter(line -> !line.isBlank()).forEach(this::caption);
    return this;
  }

  /** Takes a caption of no language that a name tells. */
  Entry caption(String text) {
    captions.add(new Caption("", text));
    return this;
  }

  /** Takes the name of the image's file, whatever the columns are called; the first one holds. */
  Entry file(String name) {
    file = file.isEmpty() ? name : file;
    return this;
  }

  /** Takes the image itself. */
  Entry image(ByteBuffer bytes) {
    image = Optional.of(bytes);
    return this;
  }

  /** Notes that it cannot be read; the first reason holds. */
  Entry problem(String message) {
    problem = problem.isEmpty() ? message : problem;
    return this;
  }

  long number() {
    return number;
  }

  /** Whether it has a caption, blank ones included. */
  boolean hasCaptions() {
    return !captions.isEmpty();
  }

  /** Why it gives no pair, as far as can be said without its image; empty where it gives some. */
  String lack() {
    if (!problem.isEmpty()) {
      return problem;
    }
    if (image.isEmpty() && file.strip().toLowerCase(Locale.ROOT).matches("(?s)https?://.*")) {
      url = file.strip();
      file = "";
    }
    if (image.isEmpty() && file.isEmpty() && url.isEmpty()) {
      return "no image file is named, and no URL";
    }
    if (captions.stream().allMatch(caption -> caption.text().isBlank())) {
      return name() + " has no caption";
    }
    return captions.size() > MAX_CAPTIONS
        ? name() + " has more captions than are taken for an image: " + MAX_CAPTIONS
        : "";
  }

  private String name() {
    return file.isEmpty() ? (image.isPresent() ? "the image" : url) : file;
  }

  /**
   * The pairs, links and problems that it gives.
   *
   * @param list what the data set is called in messages; empty where entries say where they are
   * @param images where the files are that entries name
   */
  List<SourceItem> items(String list, ImageFiles images, SourceOptions options) {
    String where = list.isEmpty() ? place : list + ":" + place;
    String lack = lack();
    if (!lack.isEmpty()) {
      return List.of(new SourceItem.Problem(number, where, lack));
    }
    boolean isOnTheWeb = image.isEmpty() && file.isEmpty();
    if (contributor.isEmpty()) {
      contributor = options.contributor();
    }
    if (licence.isEmpty()) {
      licence = options.licence();
    }
    if (!isOnTheWeb && !digest.isEmpty()) {
      // Of the image as it was found, which a data set may have resized since.
      annotations.put(digestField, digest);
    }
    if (isOnTheWeb || (options.asLinks() && !url.isEmpty())) {
      return captions.stream().map(caption -> link(where, caption, isOnTheWeb, options)).toList();
    }
    try {
      ByteBuffer bytes = image.isPresent() ? image.get() : images.read(file);
      return captions.stream().map(caption -> pair(where, caption, bytes, options)).toList();
    } catch (IOException e) {
      String hint = url.isEmpty() ? "" : "; with --links its URL is published, to be fetched";
      String about = image.isEmpty() ? file : where;
      return List.of(new SourceItem.Problem(number, where, e.getMessage() + hint, about));
    }
  }

  private SourceItem link(
      String where, Caption caption, boolean isOnTheWeb, SourceOptions options) {
    try {
      return new SourceItem.Link(
          number,
          where,
          new NewLink(
              url,
              caption.text(),
              language(caption),
              contributor,
              licence,
              isOnTheWeb ? digest : "",
              annotations,
              options.sourceKind()));
    } catch (InvalidLinkException e) {
      return new SourceItem.Problem(number, where, e.getMessage());
    }
  }

  private SourceItem pair(String where, Caption caption, ByteBuffer bytes, SourceOptions options) {
    return caption.text().isBlank()
        ? new SourceItem.Problem(number, where, "a caption of " + name() + " is empty")
        : new SourceItem.Pair(
            number,
            where,
            new NewPair(
                bytes.duplicate(),
                caption.text(),
                language(caption),
                options.sourceKind(),
                contributor,
                url,
                licence,
                ImageFileType.mediaType(file).orElse(""),
                annotations));
  }

  private String language(Caption caption) {
    return columns.languageOf(caption.field()).orElse(language);
  }
}

package io.pairstream.ingest.files;

import io.pairstream.ingest.files.CaptionedImage.Caption;
import io.pairstream.ingest.files.CaptionedImage.Place;
import io.pairstream.ingest.files.ColumnNames.Role;
import io.pairstream.ingest.files.EntryReader.Entry;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Puts an entry together from named fields, whatever the data set's format. */
final class EntryBuilder {

  /** More are a mistake, or make much out of little: each is a record with the image in it. */
  static final int MAX_CAPTIONS = 100;

  private final long number;
  private final String place;
  private final ColumnNames columns;
  private final List<NamedCaption> captions = new ArrayList<>();
  private final Map<String, String> annotations = new LinkedHashMap<>();
  private Optional<ByteBuffer> image = Optional.empty();
  private String file = "";
  private String language = "";
  private String contributor = "";
  private String url = "";
  private String licence = "";
  private String digest = "";
  private String digestField = "";

  EntryBuilder(long number, String place, ColumnNames columns) {
    this.number = number;
    this.place = place;
    this.columns = columns;
  }

  /** Takes a field. An empty value says nothing, except as a caption. */
  EntryBuilder field(String name, String value) {
    Role role = columns.role(name);
    if (role == Role.CAPTION) {
      captions.add(new NamedCaption(name, value));
    } else if (!value.isBlank()) {
      switch (role) {
        case FILE -> file = file.isEmpty() ? value : file;
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

  /** Takes a caption of no language that a name tells. */
  EntryBuilder caption(String text) {
    captions.add(new NamedCaption("caption", text));
    return this;
  }

  /** Takes the name of the image's file, whatever the columns are called. */
  EntryBuilder file(String name) {
    file = file.isEmpty() ? name : file;
    return this;
  }

  /** Takes the image itself. */
  EntryBuilder image(ByteBuffer bytes) {
    image = Optional.of(bytes);
    return this;
  }

  /** Whether it has a caption, blank ones included. */
  boolean hasCaptions() {
    return !captions.isEmpty();
  }

  /** The entry, unreadable where it tells no image or has no caption. */
  Entry build() {
    if (image.isEmpty() && isOnTheWeb(file)) {
      url = file.strip();
      file = "";
    }
    if (image.isEmpty() && file.isEmpty() && url.isEmpty()) {
      return new Entry.Unreadable(number, place, "no image file is named, and no URL");
    }
    String name = file.isEmpty() ? (image.isPresent() ? "the image" : url) : file;
    if (captions.stream().allMatch(caption -> caption.text().isBlank())) {
      return new Entry.Unreadable(number, place, name + " has no caption");
    }
    if (captions.size() > MAX_CAPTIONS) {
      return new Entry.Unreadable(
          number, place, name + " has more captions than are taken for an image: " + MAX_CAPTIONS);
    }
    List<Caption> all = new ArrayList<>();
    for (NamedCaption caption : captions) {
      all.add(new Caption(caption.text(), columns.languageOf(caption.field()).orElse(language)));
    }
    Place where =
        image.isPresent()
            ? new Place.Inline(file, image.get())
            : file.isEmpty() ? new Place.OnTheWeb() : new Place.Named(file);
    String expected = "";
    if (where instanceof Place.OnTheWeb) {
      expected = digest;
    } else if (!digest.isEmpty()) {
      // Of the image as it was found, which a data set may have resized since.
      annotations.put(digestField, digest);
    }
    return new Entry.Parsed(
        number,
        place,
        new CaptionedImage(where, all, contributor, url, licence, expected, annotations));
  }

  private static boolean isOnTheWeb(String file) {
    String start = file.strip().toLowerCase(Locale.ROOT);
    return start.startsWith("http://") || start.startsWith("https://");
  }

  private record NamedCaption(String field, String text) {}
}

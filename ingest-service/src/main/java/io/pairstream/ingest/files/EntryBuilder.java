package io.pairstream.ingest.files;

import io.pairstream.ingest.files.CaptionedFile.Caption;
import io.pairstream.ingest.files.EntryReader.Entry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Puts an entry together from named fields, whatever the list's format. */
final class EntryBuilder {

  private final long line;
  private final List<NamedCaption> captions = new ArrayList<>();
  private final Map<String, String> annotations = new LinkedHashMap<>();
  private String file = "";
  private String language = "";
  private String contributor = "";
  private String url = "";
  private String licence = "";

  EntryBuilder(long line) {
    this.line = line;
  }

  /** Takes a field. An empty value says nothing, except as a caption. */
  EntryBuilder field(String name, String value) {
    FieldNames.Role role = FieldNames.role(name);
    if (role == FieldNames.Role.CAPTION) {
      captions.add(new NamedCaption(name, value));
    } else if (!value.isBlank()) {
      switch (role) {
        case FILE -> file = file.isEmpty() ? value : file;
        case LANGUAGE -> language = value.strip();
        case CONTRIBUTOR -> contributor = value;
        case URL -> url = value.strip();
        case LICENCE -> licence = value;
        default -> annotations.put(name, value);
      }
    }
    return this;
  }

  /** The entry, unreadable where it names no file or has no caption. */
  Entry build() {
    if (file.isEmpty()) {
      return new Entry.Unreadable(line, "no image file is named");
    }
    if (captions.stream().allMatch(caption -> caption.text().isBlank())) {
      return new Entry.Unreadable(line, file + " has no caption");
    }
    List<Caption> all = new ArrayList<>();
    for (NamedCaption caption : captions) {
      all.add(new Caption(caption.text(), FieldNames.languageOf(caption.field()).orElse(language)));
    }
    return new Entry.Parsed(
        line, new CaptionedFile(file, all, contributor, url, licence, annotations));
  }

  private record NamedCaption(String field, String text) {}
}

package io.pairstream.ingest.files;

import io.pairstream.ingest.files.ColumnNames.Role;
import io.pairstream.ingest.publish.InvalidLinkException;
import io.pairstream.ingest.publish.LinkPublisher;
import io.pairstream.schemas.FieldRule;
import io.pairstream.schemas.LabelRule;
import io.pairstream.schemas.PairLink;
import io.pairstream.schemas.PairMetadata;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.wire.StrictUtf8;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.common.utils.Utils;

/**
 * A data set's entry about one image, field by field, whatever its format. Not thread-safe.
 *
 * <p>An image with three captions is three pairs.
 */
final class SourceEntry {

  /** More are a mistake, or make much out of little: each is a record with the image in it. */
  static final int MAX_CAPTIONS = 100;

  /** Longest name of a file, in UTF-16 units; what is longer is the picture itself, as text. */
  private static final int LONGEST_NAME = 1024;

  private static final int SHOWN_OF_NAME = 30;

  private final long number;
  private final String place;
  private ColumnNames columns;
  private final List<Caption> captions = new ArrayList<>();
  private final Map<Role, String> values = new EnumMap<>(Role.class);
  private final Map<String, String> annotations = new LinkedHashMap<>();
  private final List<String> labels = new ArrayList<>();
  private final Map<String, String> notices = new LinkedHashMap<>();
  private final Set<String> uses = new LinkedHashSet<>();
  private String digestField = "";
  private String problem = "";
  private long rows = 1;

  /** Null where the data set does not hold the image itself. */
  private ByteBuffer image;

  /** Reads the entries of a data set in their order. */
  @FunctionalInterface
  interface Reader {

    /** The next entry, or empty at the end. */
    Optional<SourceEntry> next() throws IOException;

    /**
     * Passes over entries up to the one of this number and no further, as far as that is cheaper
     * than to read them.
     */
    default void skip(long number) throws IOException {}
  }

  /** Source of entries. */
  interface Input extends Closeable {

    /** How much of it is read: 0 to 1. */
    double share();
  }

  /**
   * A caption.
   *
   * @param field name of its field; empty where that names no language
   */
  private record Caption(String field, String text) {}

  /**
   * @param number grows from entry to entry, from 1 at the least; the same in each reading
   * @param place where the entry is, as people count: a line, a row, a member's name
   */
  SourceEntry(long number, String place, ColumnNames columns) {
    this.number = number;
    this.place = place;
    use(columns);
  }

  /** Takes other columns, as a look at the entry's fields finds them. */
  void use(ColumnNames names) {
    columns = names;
    names
        .guessed()
        .forEach(
            (part, column) ->
                notice(
                    "guess " + part,
                    "'%s' is taken for the %s; another is named by --columns %s=NAME"
                        .formatted(column, part, part)));
  }

  /**
   * Takes a field. An empty value says nothing, except as a caption; the first of a part holds. A
   * value of labels may have several, with {@link LabelRule#SEPARATOR} between.
   */
  SourceEntry field(String name, String value) {
    Role role = columns.role(name);
    if (role == Role.FILE && image == null && value.length() > LONGEST_NAME) {
      return problem(
          "'%s' is no file's name: it has %,d characters, from %s… on; a list names files, and pictures in base64 go over HTTP"
              .formatted(name, value.length(), value.substring(0, SHOWN_OF_NAME)));
    }
    if (role != Role.CAPTION && value.isBlank()) {
      return this;
    }
    uses.add(role == Role.ANNOTATION ? name + " as an annotation" : name + " as " + role.part());
    if (role == Role.CAPTION) {
      captions.add(new Caption(name, value));
    } else if (role == Role.LABELS) {
      labels.addAll(List.of(value.split(Pattern.quote(LabelRule.SEPARATOR))));
    } else if (role == Role.ANNOTATION) {
      annotations.put(name, value);
    } else {
      digestField = role == Role.DIGEST ? name : digestField;
      values.putIfAbsent(role, role == Role.FILE ? value : value.strip());
    }
    return this;
  }

  /** Takes one value of a field that is a list: a caption, or a label as it is. */
  SourceEntry item(String name, String value) {
    if (columns.role(name) == Role.LABELS) {
      uses.add(name + " as " + Role.LABELS.part());
      return label(value);
    }
    return field(name, value);
  }

  /** Takes a label. */
  SourceEntry label(String label) {
    labels.add(label);
    return this;
  }

  /**
   * Takes a file of text: a caption, without the blank lines around it; or several.
   *
   * @param asLines whether each line that is not blank is a caption
   */
  void captionText(String name, String text, boolean asLines) {
    if (asLines) {
      text.lines().filter(line -> !line.isBlank()).forEach(this::caption);
      return;
    }
    List<String> lines = new ArrayList<>(text.lines().dropWhile(String::isBlank).toList());
    while (!lines.isEmpty() && lines.get(lines.size() - 1).isBlank()) {
      lines.remove(lines.size() - 1);
    }
    if (!lines.isEmpty()) {
      caption(String.join("\n", lines));
    }
    if (lines.size() > 1) {
      notice(
          "several lines",
          name + " has several lines and is one caption; with --caption-lines each line is one");
    }
  }

  /** Takes a caption whose field names no language. */
  SourceEntry caption(String text) {
    captions.add(new Caption("", text));
    return this;
  }

  /** Takes the name of the image's file, whatever the columns are called. */
  SourceEntry file(String name) {
    values.putIfAbsent(Role.FILE, name);
    return this;
  }

  /** Takes the image itself. */
  void image(ByteBuffer bytes) {
    image = bytes;
  }

  /** The text that bytes are; where they are not UTF-8, that is what is wrong with it. */
  Optional<String> text(ByteBuffer bytes, String what) {
    if (SourceInput.isUtf16(bytes)) {
      problem(what + " is UTF-16; write it as UTF-8, as by: iconv -f UTF-16 -t UTF-8");
      return Optional.empty();
    }
    try {
      return Optional.of(StrictUtf8.decode(bytes));
    } catch (CharacterCodingException e) {
      problem(what + TextEncoding.advice(Utils.toArray(bytes)));
      return Optional.empty();
    }
  }

  /** Notes that it cannot be read; the first reason holds. */
  SourceEntry problem(String message) {
    return problem(message, 1);
  }

  /**
   * Notes that it cannot be read, and others with it; the first reason holds.
   *
   * @param rows how many, itself included
   */
  SourceEntry problem(String message, long rows) {
    if (problem.isEmpty()) {
      problem = message;
      this.rows = rows;
    }
    return this;
  }

  /** The entry's columns with the role of each, in words. */
  Set<String> uses() {
    return uses;
  }

  /**
   * Notes how it is read, for the data set's owner.
   *
   * @param kind of which one notice is enough for a data set
   */
  void notice(String kind, String sentence) {
    notices.put(kind, sentence);
  }

  /** Notices on how the entry is read, by kind. */
  Map<String, String> notices() {
    return notices;
  }

  ColumnNames columns() {
    return columns;
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
    if (image == null && value(Role.FILE).strip().matches("(?is)https?://.*")) {
      values.put(Role.URL, values.remove(Role.FILE).strip());
    }
    Optional<String> unencodable = unencodable();
    if (unencodable.isPresent()) {
      return unencodable.get() + " holds half a character (a surrogate), which is none in UTF-8";
    }
    Optional<String> fault = LabelRule.fault(LabelRule.cleaned(labels));
    if (fault.isPresent()) {
      return fault.get();
    }
    if (name().isEmpty()) {
      return "no image file is named, and no URL";
    }
    if (captions.stream().allMatch(caption -> caption.text().isBlank())) {
      return name() + " has no caption";
    }
    return captions.size() > MAX_CAPTIONS
        ? name() + " has more captions than an image may have: " + MAX_CAPTIONS
        : "";
  }

  /** Description of text that no record can hold, though JSON can; empty where there is none. */
  private Optional<String> unencodable() {
    Stream<Map.Entry<String, String>> texts =
        Stream.concat(
            captions.stream().map(caption -> Map.entry("the caption", caption.text())),
            Stream.concat(
                values.entrySet().stream()
                    .map(one -> Map.entry("the " + one.getKey().part(), one.getValue())),
                annotations.entrySet().stream()));
    return texts
        .filter(text -> !FieldRule.isEncodable(text.getKey() + "\n" + text.getValue()))
        .map(text -> FieldRule.isEncodable(text.getKey()) ? text.getKey() : "a field's name")
        .findFirst();
  }

  private String value(Role role) {
    return values.getOrDefault(role, "");
  }

  private String name() {
    return values.getOrDefault(Role.FILE, image == null ? value(Role.URL) : "the image");
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
      return List.of(new SourceItem.Problem(number, where, lack, rows));
    }
    values.putIfAbsent(Role.CONTRIBUTOR, options.contributor());
    values.putIfAbsent(Role.LICENCE, options.licence());
    boolean isOnTheWeb = image == null && value(Role.FILE).isEmpty();
    if (!isOnTheWeb && values.containsKey(Role.DIGEST)) {
      // Of the image as it was found, which a data set may have resized since.
      annotations.put(digestField, values.remove(Role.DIGEST));
    }
    if (isOnTheWeb || (options.asLinks() && values.containsKey(Role.URL))) {
      return captions.stream().map(caption -> link(where, caption, options)).toList();
    }
    try {
      ByteBuffer bytes = image == null ? read(images, options) : image;
      Optional<String> refusal = SkippedFiles.refusal(bytes);
      if (refusal.isPresent()) {
        return List.of(
            new SourceItem.Problem(number, where, name() + " is not sent: " + refusal.get()));
      }
      return captions.stream().map(caption -> pair(where, caption, bytes, options)).toList();
    } catch (IOException e) {
      String hint =
          values.containsKey(Role.URL) ? "; with --links its URL is published, to be fetched" : "";
      return List.of(new SourceItem.Problem(number, where, e.getMessage() + hint));
    }
  }

  private ByteBuffer read(ImageFiles images, SourceOptions options) throws IOException {
    String name = value(Role.FILE);
    Optional<String> near = images.near(name);
    if (near.isPresent()) {
      values.put(Role.FILE, near.get());
      notice("near names", name + " is not there; " + near.get() + " is read, and so for others");
    } else if (!images.has(name) && options.imageFolder().isEmpty()) {
      notice("images", "images are looked for beside the list; --images DIR names their folder");
    }
    return images.read(value(Role.FILE));
  }

  private SourceItem link(String where, Caption caption, SourceOptions options) {
    try {
      return new SourceItem.Link(
          number,
          where,
          LinkPublisher.checked(
              PairLink.newBuilder()
                  .setMetadata(metadata(options))
                  .setCaption(caption.text())
                  .setLanguage(language(caption))
                  .setExpectedDigest(value(Role.DIGEST))
                  .setAnnotations(Collections.unmodifiableMap(new HashMap<>(annotations)))
                  .build()));
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
            RawPair.newBuilder()
                .setImage(bytes.duplicate())
                .setCaption(caption.text())
                .setLanguage(language(caption))
                .setMetadata(metadata(options))
                .setMediaType(ImageFiles.mediaType(value(Role.FILE)).orElse(""))
                // Names with one hash code make a tree here, but not in Map.copyOf.
                .setAnnotations(Collections.unmodifiableMap(new HashMap<>(annotations)))
                .build());
  }

  private PairMetadata metadata(SourceOptions options) {
    return PairMetadata.newBuilder()
        .setSourceKind(options.sourceKind().name())
        .setContributor(value(Role.CONTRIBUTOR))
        .setUrl(value(Role.URL))
        .setLicence(value(Role.LICENCE))
        .setLabels(LabelRule.cleaned(labels))
        .build();
  }

  private String language(Caption caption) {
    return columns.languageOf(caption.field()).orElse(value(Role.LANGUAGE));
  }
}

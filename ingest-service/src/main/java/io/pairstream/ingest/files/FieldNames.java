package io.pairstream.ingest.files;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The names that data sets use for the same things. */
final class FieldNames {

  private static final Set<String> FILE =
      Set.of(
          "file",
          "image",
          "image_path",
          "path",
          "file_name",
          "filename",
          "image_name",
          "image_file",
          "filepath",
          "img",
          "image_bytes",
          "jpg",
          "jpeg",
          "png",
          "webp");
  private static final Set<String> CAPTION = Set.of("caption", "text", "captions");
  private static final Pattern CAPTIONS_OF_LANGUAGE =
      Pattern.compile("captions?_([a-z]{2,3}(?:[-_][a-z0-9]{2,8})*)");
  private static final Set<String> LICENCE = Set.of("licence", "license");
  private static final Set<String> URL = Set.of("url", "source_url", "image_url", "coco_url");
  private static final Set<String> DIGEST = Set.of("sha256", "image_digest", "expected_digest");

  private FieldNames() {}

  /** What a field is for. */
  enum Role {
    FILE("image"),
    CAPTION("caption"),
    LANGUAGE("language"),
    LICENCE("licence"),
    URL("url"),
    CONTRIBUTOR("contributor"),
    DIGEST("sha256"),
    ANNOTATION("");

    private final String part;

    Role(String part) {
      this.part = part;
    }

    /** What a person calls it; empty for a field that has no part of its own. */
    String part() {
      return part;
    }

    static Optional<Role> ofPart(String part) {
      return Arrays.stream(values())
          .filter(role -> role != ANNOTATION && role.part.equals(part))
          .findFirst();
    }

    /** All that a person may name, for messages. */
    static String parts() {
      return Arrays.stream(values())
          .filter(role -> role != ANNOTATION)
          .map(Role::part)
          .collect(Collectors.joining(", "));
    }
  }

  static Role role(String name) {
    String plain = plain(name);
    if (FILE.contains(plain)) {
      return Role.FILE;
    }
    if (CAPTION.contains(plain) || languageOf(plain).isPresent()) {
      return Role.CAPTION;
    }
    if (plain.equals("language")) {
      return Role.LANGUAGE;
    }
    if (LICENCE.contains(plain)) {
      return Role.LICENCE;
    }
    if (URL.contains(plain)) {
      return Role.URL;
    }
    if (DIGEST.contains(plain)) {
      return Role.DIGEST;
    }
    return plain.equals("contributor") ? Role.CONTRIBUTOR : Role.ANNOTATION;
  }

  /** The language in the name of a caption field: {@code captions_zh} gives {@code zh}. */
  static Optional<String> languageOf(String name) {
    Matcher matcher = CAPTIONS_OF_LANGUAGE.matcher(plain(name));
    return matcher.matches() ? Optional.of(matcher.group(1).replace('_', '-')) : Optional.empty();
  }

  private static String plain(String name) {
    return name.strip().toLowerCase(Locale.ROOT);
  }
}

package io.pairstream.ingest.files;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The names that caption lists use for the same things. */
final class FieldNames {

  private static final Set<String> FILE =
      Set.of("file", "image", "image_path", "path", "file_name", "filename");
  private static final Set<String> CAPTION = Set.of("caption", "text", "captions");
  private static final Pattern CAPTIONS_OF_LANGUAGE =
      Pattern.compile("captions?_([a-z]{2,3}(?:[-_][a-z0-9]{2,8})*)");
  private static final Set<String> LICENCE = Set.of("licence", "license");
  private static final Set<String> URL = Set.of("url", "source_url");

  private FieldNames() {}

  /** What a field is for. */
  enum Role {
    FILE,
    CAPTION,
    LANGUAGE,
    LICENCE,
    URL,
    CONTRIBUTOR,
    ANNOTATION
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

package io.pairstream.ingest.files;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which column or field of a data set is for what.
 *
 * <p>Names that are in common use are known. Where the owner says which column has a part, that
 * column has it, and the part's usual names are columns like any other.
 */
public final class ColumnNames {

  /** The usual names alone. */
  public static final ColumnNames USUAL = new ColumnNames(Map.of(), Map.of());

  private static final Pattern CAPTIONS_OF_LANGUAGE =
      Pattern.compile("captions?_([a-z]{2,3}(?:[-_][a-z0-9]{2,8})*)");

  /** Names that may mean a role where no column has it for certain, the likeliest first. */
  private static final Map<Role, List<String>> GUESSES =
      Map.of(
          Role.CAPTION,
          names("alt_text alt description prompt sentence sentences title comment"),
          Role.FILE,
          names("photo picture img_path img_name image_filename"),
          Role.URL,
          names("photo_url img_url image_link photo_image_url link uri"));

  /** By column: its role, from the owner or guessed. */
  private final Map<String, Role> given;

  /** By part: the guessed column. */
  private final Map<String, String> guessed;

  /** Role of a field, with the names that data sets use for it. */
  enum Role {
    FILE(
        "image",
        "file image image_path path file_name filename image_name image_file filepath img"
            + " image_bytes jpg jpeg png webp"),
    CAPTION("caption", "caption text captions"),
    LANGUAGE("language", "language"),
    LICENCE("licence", "licence license"),
    LABELS("labels", "labels label cls"),
    URL("url", "url source_url image_url coco_url"),
    CONTRIBUTOR("contributor", "contributor"),
    DIGEST("sha256", "sha256 image_digest expected_digest"),
    ANNOTATION("", "");

    /** Name of the part in messages; empty for a field that has no part of its own. */
    private final String part;

    private final Set<String> names;

    Role(String part, String names) {
      this.part = part;
      this.names = Set.of(names.split(" "));
    }

    String part() {
      return part;
    }

    private static Role ofPart(String part) {
      List<Role> parts = Stream.of(values()).filter(role -> role != ANNOTATION).toList();
      return parts.stream()
          .filter(role -> role.part.equals(part.strip().toLowerCase(Locale.ROOT)))
          .findFirst()
          .orElseThrow(
              () ->
                  new IllegalArgumentException(
                      "'%s' is no part of a pair; there are %s"
                          .formatted(
                              part,
                              parts.stream()
                                  .map(role -> role.part)
                                  .collect(Collectors.joining(", ")))));
    }
  }

  private ColumnNames(Map<String, Role> given, Map<String, String> guessed) {
    this.given = given;
    this.guessed = guessed;
  }

  private static List<String> names(String words) {
    return List.of(words.split(" "));
  }

  /** Returns a copy with guessed columns for the caption and the image, where neither is known. */
  ColumnNames guess(Collection<String> columns) {
    Map<String, Role> all = new LinkedHashMap<>(given);
    Map<String, String> parts = new LinkedHashMap<>(guessed);
    Set<Role> roles = columns.stream().map(this::role).collect(Collectors.toSet());
    boolean hasImage = roles.contains(Role.FILE) || roles.contains(Role.URL);
    for (Role role : List.of(Role.CAPTION, Role.FILE, Role.URL)) {
      if (role == Role.CAPTION ? !roles.contains(role) : !hasImage) {
        Optional<String> column =
            GUESSES.get(role).stream()
                .flatMap(guess -> columns.stream().filter(name -> plain(name).equals(guess)))
                .findFirst();
        column.ifPresent(name -> all.putIfAbsent(name, role));
        column.ifPresent(name -> parts.put(role.part, name));
        hasImage |= role != Role.CAPTION && column.isPresent();
      }
    }
    return all.size() == given.size() ? this : new ColumnNames(all, parts);
  }

  private static String plain(String column) {
    return column.strip().toLowerCase(Locale.ROOT).replaceAll("[ -]", "_");
  }

  /** By part, the column that is guessed to be for it. */
  Map<String, String> guessed() {
    return guessed;
  }

  /**
   * Reads {@code image=img,caption=text_en,url=link}: parts of a pair with the names of their
   * columns. A part may come several times; each of its columns then has it.
   *
   * @throws IllegalArgumentException where the text cannot be read, or names a part that is none;
   *     the message says what would be right
   */
  public static ColumnNames parse(String text) {
    Map<String, Role> given = new LinkedHashMap<>();
    for (String assignment : text.split(",", -1)) {
      int equals = assignment.indexOf('=');
      if (equals < 1 || equals == assignment.length() - 1) {
        throw new IllegalArgumentException(
            "'" + assignment + "' is not PART=COLUMN, such as image=img or caption=text_en");
      }
      given.put(
          assignment.substring(equals + 1).strip(), Role.ofPart(assignment.substring(0, equals)));
    }
    return new ColumnNames(given, Map.of());
  }

  /** Role of a column. */
  Role role(String column) {
    if (given.containsKey(column)) {
      return given.get(column);
    }
    String name = column.strip().toLowerCase(Locale.ROOT);
    Role usual =
        Stream.of(Role.values())
            .filter(role -> role.names.contains(name))
            .findFirst()
            .orElse(usualLanguage(column).isPresent() ? Role.CAPTION : Role.ANNOTATION);
    return given.containsValue(usual) ? Role.ANNOTATION : usual;
  }

  /** Language in the name of a caption column: {@code captions_zh} gives {@code zh}. */
  private static Optional<String> usualLanguage(String column) {
    Matcher matcher = CAPTIONS_OF_LANGUAGE.matcher(column.strip().toLowerCase(Locale.ROOT));
    return matcher.matches() ? Optional.of(matcher.group(1).replace('_', '-')) : Optional.empty();
  }

  /** The language in a caption column's name. */
  Optional<String> languageOf(String column) {
    return given.containsKey(column) ? Optional.empty() : usualLanguage(column);
  }

  /** Whether the columns tell an image, by file or URL, and a caption. */
  boolean suffice(Collection<String> columns) {
    return lack(columns.stream().map(this::role).toList()).isEmpty();
  }

  /** Roles without a column, and how to name one; empty where none is missing. */
  private static String lack(Collection<Role> roles) {
    boolean hasImage = roles.contains(Role.FILE) || roles.contains(Role.URL);
    if (roles.contains(Role.CAPTION)) {
      return hasImage
          ? ""
          : "images, file names or URLs; say which: --columns image=NAME or url=NAME";
    }
    return hasImage
        ? "captions; say which: --columns caption=NAME"
        : "images or captions; say which: --columns image=NAME,caption=NAME";
  }

  /** The columns that the owner names and that are not there. */
  List<String> missing(Collection<String> columns) {
    return given.keySet().stream().filter(name -> !columns.contains(name)).toList();
  }

  /**
   * @param roles what those that can be used are for
   * @throws UnusableSourceException where the owner names a column that is not there, or none is
   *     for the image or the caption
   */
  void requireAll(Collection<String> columns, Collection<Role> roles) {
    String missing = String.join(", ", missing(columns));
    if (!missing.isEmpty() || !lack(roles).isEmpty()) {
      throw new UnusableSourceException(
          "%s; there are: %s"
              .formatted(
                  missing.isEmpty()
                      ? "no column is known to hold " + lack(roles)
                      : "there is no column " + missing,
                  String.join(", ", columns)));
    }
  }

  /** The owner's words in a fixed order: an import with other columns is another one. */
  @Override
  public String toString() {
    return new TreeMap<>(given).toString();
  }

  /** Whether the owner says anything. */
  boolean isGiven() {
    return !given.isEmpty();
  }
}

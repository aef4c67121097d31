package io.pairstream.cleaning.recipe;

import io.pairstream.cleaning.Sha256;
import io.pairstream.cleaning.recipe.InvalidRecipeException.RecipeProblem;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Reads a recipe key by key and remembers every problem, so that all are reported at once.
 *
 * <p>Keys are dotted paths into the YAML file: {@code image.min-side-px} is the key {@code
 * min-side-px} in the mapping {@code image}. A read that fails answers the default and notes the
 * problem; {@link #finish()} reports them, together with the keys that were not read. Not
 * thread-safe.
 */
public final class RecipeReader {

  /**
   * System property that names a folder, beside its own, in which files that a recipe or a card
   * names may lie.
   */
  public static final String FILES_FROM = "pairstream.files-from";

  private static final int MAX_TEXT = 1000;

  /** Largest list file, in bytes: about four million digests. */
  private static final long MAX_LIST_BYTES = 256L << 20;

  private static final int MOST_BAD_LINES = 10;

  private static final Pattern WHOLE = Pattern.compile("[+-]?[0-9]{1,19}");
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?([0-9]{1,19}(\\.[0-9]{0,30})?|\\.[0-9]{1,30})([eE][+-]?[0-9]{1,3})?");

  private final String source;
  private final Map<String, FlatYaml.Entry> entries;
  private final SortedMap<String, String> effective = new TreeMap<>();
  private final Set<String> aside = new TreeSet<>();
  private final List<RecipeProblem> problems;
  private Set<String> noted = new TreeSet<>();

  private RecipeReader(String source, FlatYaml file) {
    this.source = source;
    this.entries = file.entries();
    this.problems = file.problems();
  }

  /**
   * Parses a recipe.
   *
   * @param source the file's name, for messages
   * @param yaml the file's text; an empty one means all defaults
   */
  public static RecipeReader parse(String source, String yaml) {
    return new RecipeReader(source, FlatYaml.parse(source, yaml));
  }

  /** A value read from a recipe, and the keys that were read for it. */
  public record Noted<T>(T value, Set<String> keys) {

    /** Something that is made of the value, and of nothing else of the recipe. */
    public <P> Noted<P> map(Function<T, P> part) {
      return new Noted<>(part.apply(value), keys);
    }
  }

  /** Notes which keys a part of the plan reads. */
  public <T> Noted<T> noting(Function<RecipeReader, T> part) {
    noted = new TreeSet<>();
    return new Noted<>(part.apply(this), noted);
  }

  /** A whole number between {@code min} and {@code max}, both allowed. */
  public int integer(String key, int preset, int min, int max) {
    return (int) whole(key, preset, min, max);
  }

  /** A whole number of up to 64 bits between {@code min} and {@code max}, both allowed. */
  public long whole(String key, long preset, long min, long max) {
    return read(
        key,
        preset,
        text -> {
          BigInteger value = new BigInteger(matching(WHOLE, text, "a whole number"));
          boolean fits =
              value.compareTo(BigInteger.valueOf(min)) >= 0
                  && value.compareTo(BigInteger.valueOf(max)) <= 0;
          check(fits, text + " is out of range: must be " + min + " to " + max);
          return value.longValueExact();
        });
  }

  /** A number between {@code min} and {@code max}, both allowed. */
  public double number(String key, double preset, double min, double max) {
    return read(
        key,
        preset,
        text -> {
          double value = Double.parseDouble(matching(NUMBER, text, "a number"));
          check(
              value >= min && value <= max,
              text + " is out of range: must be " + min + " to " + max);
          return value + 0.0; // so that -0.0 is 0.0
        });
  }

  private static String matching(Pattern pattern, String text, String what) {
    check(
        pattern.matcher(text).matches(),
        "'%s' is not %s (write the number alone, the unit is in the key)"
            .formatted(shown(text), what));
    return text;
  }

  private static void check(boolean fine, String otherwise) {
    if (!fine) {
      throw new IllegalArgumentException(otherwise);
    }
  }

  /** One of the {@code allowed} words. */
  public String choice(String key, String preset, String... allowed) {
    return textThat(
        List.of(allowed)::contains, "is not one of " + String.join(", ", allowed), key, preset);
  }

  /** One of the constants of an enum, by their {@linkplain #word words}. */
  public <E extends Enum<E>> E choice(String key, E preset) {
    Map<String, E> all = new LinkedHashMap<>();
    for (E constant : preset.getDeclaringClass().getEnumConstants()) {
      all.put(word(constant), constant);
    }
    return all.get(choice(key, word(preset), all.keySet().toArray(String[]::new)));
  }

  /** How a recipe writes a constant: in lower case, with hyphens. */
  public static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Whether the key has the first of two words, which is the default. */
  public boolean isFirst(String key, String first, String second) {
    return choice(key, first, first, second).equals(first);
  }

  /** Yes or no, written {@code true} or {@code false}. */
  public boolean flag(String key, boolean preset) {
    return Boolean.parseBoolean(choice(key, Boolean.toString(preset), "true", "false"));
  }

  /** Any text of at most 1000 characters; the empty one too. */
  public String text(String key, String preset) {
    return textThat(
        text -> text.length() <= MAX_TEXT,
        "has more than " + MAX_TEXT + " characters",
        key,
        preset);
  }

  private String textThat(Predicate<String> isRight, String otherwise, String key, String preset) {
    return read(
        key,
        preset,
        text -> {
          check(isRight.test(text), "'" + shown(text) + "' " + otherwise);
          return text;
        });
  }

  /** Whether the file has the key, rightly or wrongly. */
  boolean has(String key) {
    return entries.containsKey(key);
  }

  /**
   * The names of the sections below {@code key}, in the file's order: {@code small} and {@code big}
   * where the file has {@code sizes.small.side-px} and {@code sizes.big.side-px} and {@code key} is
   * {@code sizes}; with an empty {@code key}, those of the file. Reads nothing; an unread key of
   * the section remains a mistake.
   */
  public List<String> sections(String key) {
    String prefix = key.isEmpty() ? "" : key + ".";
    return entries.keySet().stream()
        .filter(known -> known.startsWith(prefix))
        .map(known -> known.substring(prefix.length()))
        .filter(rest -> rest.indexOf('.') > 0)
        .map(rest -> rest.substring(0, rest.indexOf('.')))
        .distinct()
        .toList();
  }

  /** Whether the file has a section at its top, which may be empty, as in {@code caption: {}}. */
  public boolean hasSection(String name) {
    if (has(name) && Set.of("", FlatYaml.EMPTY_SECTION).contains(entries.get(name).text())) {
      effective.put(name, FlatYaml.EMPTY_SECTION);
      return true;
    }
    return sections("").contains(name);
  }

  /** Every key of a section with its text; what is in a section below it is none of its keys. */
  public SortedMap<String, String> texts(String section) {
    SortedMap<String, String> texts = new TreeMap<>();
    for (String key : List.copyOf(entries.keySet())) {
      if (key.startsWith(section + ".") && key.indexOf('.', section.length() + 1) < 0) {
        texts.put(key.substring(section.length() + 1), text(key, ""));
      }
    }
    return texts;
  }

  /** A value on which nothing depends that is made: it is not among those in force. */
  public <T> T aside(String key, Function<RecipeReader, T> reading) {
    T value = reading.apply(this);
    aside.add(key);
    return value;
  }

  /** The folder of the recipe. */
  public Path folder() {
    return Path.of(source).resolveSibling("").toAbsolutePath().normalize();
  }

  /**
   * A file that the recipe names, relative to the recipe's own folder; nothing where it names none.
   * With links resolved it lies in that folder, or in that of {@link #FILES_FROM}: who wrote a
   * recipe is not always who runs it. In force is the file's content: the value becomes its
   * SHA-256.
   *
   * @param maxBytes the largest file that is taken
   */
  public Optional<NamedFile> file(String key, long maxBytes) {
    String text = text(key, "");
    Optional<NamedFile> file = text.isEmpty() ? Optional.empty() : named(key, text, maxBytes);
    file.ifPresent(found -> effective.put(key, "sha256:" + found.sha256()));
    return file;
  }

  /**
   * The files that a key names with commas between, each as {@link #file} finds it. In force are
   * their names and contents.
   */
  public List<NamedFile> files(String key, long maxBytes) {
    List<NamedFile> files = new ArrayList<>();
    List<String> inForce = new ArrayList<>();
    for (String text : text(key, "").split(",", -1)) {
      if (!text.isBlank()) {
        named(key, text.strip(), maxBytes).ifPresent(files::add);
        inForce.add(
            text.strip() + "=" + (files.isEmpty() ? "" : files.get(files.size() - 1).sha256()));
      }
    }
    effective.put(key, String.join(",", inForce));
    return files;
  }

  /** The file of a name; nothing after a problem, which is noted. */
  private Optional<NamedFile> named(String key, String text, long maxBytes) {
    try {
      Path path = Path.of(source).resolveSibling(text).toAbsolutePath().normalize();
      if (!Files.isRegularFile(path)) {
        problem(key, "there is no file " + path);
      } else if (!isAllowed(path.toRealPath())) {
        problem(
            key,
            "the file %s is outside of the folder of %s: lay it there, or allow its folder by --files-from %s"
                .formatted(path, Path.of(source).getFileName(), path.toRealPath().getParent()));
      } else if (Files.size(path) > maxBytes) {
        problem(key, "the file has " + Files.size(path) + " bytes; at most " + maxBytes);
      } else {
        return Optional.of(new NamedFile(path, NamedFile.sha256(path)));
      }
    } catch (InvalidPathException e) {
      problem(key, "'" + shown(text) + "' is no path of a file");
    } catch (IOException e) {
      problem(key, "the file cannot be read: " + shown(String.valueOf(e.getMessage())));
    }
    return Optional.empty();
  }

  /** Whether a file lies in the recipe's folder, or in the one that the command line names. */
  private boolean isAllowed(Path real) throws IOException {
    Path own = Path.of(source).resolveSibling("").toRealPath();
    return real.startsWith(own)
        || real.startsWith(Path.of(System.getProperty(FILES_FROM, "" + own)).toRealPath());
  }

  /**
   * The lines of a file that the recipe names, without comments and empty ones; none where it names
   * none. A line that is no entry is a problem.
   *
   * @param comment what begins a comment
   * @param entry what a line looks like
   * @param inWords what a line looks like, for a person
   */
  public List<String> lines(String key, String comment, Pattern entry, String inWords) {
    List<String> entries = new ArrayList<>();
    Optional<NamedFile> file = file(key, MAX_LIST_BYTES);
    if (file.isEmpty()) {
      return entries;
    }
    int number = 0;
    int bad = 0;
    try (BufferedReader lines = Files.newBufferedReader(file.get().path())) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        String text = withoutComment(line, comment);
        if (entry.matcher(text).matches()) {
          entries.add(text);
        } else if (!text.isEmpty() && bad++ < MOST_BAD_LINES) {
          problem(key, "line " + number + " of the file is not " + inWords);
        }
      }
    } catch (CharacterCodingException e) {
      problem(key, "the file is not text in UTF-8");
    } catch (IOException e) {
      problem(key, "the file cannot be read: " + e.getMessage());
    }
    return entries;
  }

  /** A line of a list, stripped; empty where it says nothing. */
  public static String withoutComment(String line, String comment) {
    int end = line.indexOf(comment);
    return (end < 0 ? line : line.substring(0, end)).replace("\uFEFF", "").strip();
  }

  /** Notes a problem of a key or a section that reading it alone does not show. */
  public void problem(String key, String message) {
    problems.add(new RecipeProblem(line(key), key, message));
  }

  /** The line of a key or of a section's first key, from 1; 1 where the file has none. */
  public int line(String key) {
    return entries.entrySet().stream()
        .filter(entry -> (entry.getKey() + ".").startsWith(key + "."))
        .mapToInt(entry -> entry.getValue().line())
        .findFirst()
        .orElse(1);
  }

  /**
   * Takes keys as read where what would read them is not there.
   *
   * @param section section of the keys, with a dot behind it
   */
  public void leave(String section) {
    entries.keySet().stream()
        .filter(key -> key.startsWith(section))
        .forEach(key -> effective.putIfAbsent(key, ""));
  }

  /**
   * Ends the reading.
   *
   * @return every key with the value in force, defaults filled in
   * @throws InvalidRecipeException with all problems, in the file's order, if there is one
   */
  public SortedMap<String, String> finish() {
    entries.forEach(
        (key, entry) -> {
          if (!effective.containsKey(key) && !isEmptySection(key, entry)) {
            problems.add(
                new RecipeProblem(
                    entry.line(),
                    shown(key),
                    "no such setting" + Spelling.suggestion(key, effective.keySet())));
          }
        });
    if (!problems.isEmpty()) {
      problems.sort((a, b) -> Integer.compare(a.line(), b.line()));
      throw new InvalidRecipeException(source, List.copyOf(problems));
    }
    SortedMap<String, String> inForce = new TreeMap<>(effective);
    inForce.keySet().removeAll(aside);
    return inForce;
  }

  private <T> T read(String key, T preset, Function<String, T> conversion) {
    T value = preset;
    FlatYaml.Entry entry = entries.get(key);
    if (entry != null) {
      try {
        value = conversion.apply(entry.text());
      } catch (IllegalArgumentException e) {
        problems.add(new RecipeProblem(entry.line(), key, e.getMessage()));
      }
    }
    effective.put(key, String.valueOf(value));
    noted.add(key);
    return value;
  }

  /**
   * Whether the key is a section of known keys with no content, as when every line is a comment.
   */
  private boolean isEmptySection(String key, FlatYaml.Entry entry) {
    return entry.text().equals(FlatYaml.EMPTY_SECTION)
        || (entry.text().isEmpty()
            && effective.keySet().stream().anyMatch(known -> known.startsWith(key + ".")));
  }

  /** The text, or its beginning if it is too long for a message. */
  public static String shown(String text) {
    return text.length() <= 80 ? text : text.substring(0, 80) + "…";
  }

  /**
   * A file that a recipe names.
   *
   * @param path absolute
   * @param sha256 lower-case hex SHA-256 of its content
   */
  public record NamedFile(Path path, String sha256) {

    /** Lower-case hex SHA-256 of what a file holds now. */
    public static String sha256(Path path) throws IOException {
      MessageDigest digest = Sha256.begin();
      Files.copy(path, new DigestOutputStream(OutputStream.nullOutputStream(), digest));
      return HexFormat.of().formatHex(digest.digest());
    }
  }
}

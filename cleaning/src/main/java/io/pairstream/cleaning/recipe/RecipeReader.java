package io.pairstream.cleaning.recipe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/**
 * Reads a recipe key by key and remembers every problem, so that all are reported at once.
 *
 * <p>Keys are dotted paths into the YAML file: {@code image.min-side-px} is the key {@code
 * min-side-px} in the mapping {@code image}. A read that fails answers the default and notes the
 * problem; {@link #finish()} reports them, together with the keys that nobody read. Not
 * thread-safe.
 */
public final class RecipeReader {

  private final String source;
  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final SortedMap<String, String> effective = new TreeMap<>();
  private final List<RecipeProblem> problems = new ArrayList<>();

  private RecipeReader(String source) {
    this.source = source;
  }

  /**
   * Parses a recipe.
   *
   * @param source the file's name, for messages
   * @param yaml the file's text; an empty one means all defaults
   */
  public static RecipeReader parse(String source, String yaml) {
    RecipeReader reader = new RecipeReader(source);
    try {
      LoadSettings settings =
          LoadSettings.builder()
              .setLabel(source)
              .setAllowDuplicateKeys(false)
              .setMaxAliasesForCollections(10)
              .build();
      new Compose(settings)
          .composeString(yaml)
          .ifPresent(root -> reader.flatten("", root, line(root)));
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(1);
      reader.problems.add(new RecipeProblem(line, "", "not YAML: " + e.getProblem()));
    } catch (YamlEngineException e) {
      reader.problems.add(new RecipeProblem(1, "", "not YAML: " + e.getMessage()));
    }
    return reader;
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
          long value;
          try {
            value = Long.parseLong(text);
          } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                "'"
                    + text
                    + "' is not a whole number (write the number alone, the unit is in the key)");
          }
          if (value < min || value > max) {
            throw new IllegalArgumentException(
                text + " is out of range: must be " + min + " to " + max);
          }
          return value;
        });
  }

  /** A number between {@code min} and {@code max}, both allowed. */
  public double number(String key, double preset, double min, double max) {
    return read(
        key,
        preset,
        text -> {
          double value;
          try {
            value = Double.parseDouble(text);
          } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                "'" + text + "' is not a number (write the number alone, the unit is in the key)");
          }
          if (!(value >= min && value <= max)) { // this way round, NaN is refused too
            throw new IllegalArgumentException(
                text + " is out of range: must be " + min + " to " + max);
          }
          return value;
        });
  }

  /** One of the {@code allowed} words. */
  public String choice(String key, String preset, String... allowed) {
    return read(
        key,
        preset,
        text -> {
          if (!Arrays.asList(allowed).contains(text)) {
            throw new IllegalArgumentException(
                "'" + text + "' is not one of " + String.join(", ", allowed));
          }
          return text;
        });
  }

  /** Notes a problem that only several keys together show. */
  public void problem(String key, String message) {
    problems.add(
        new RecipeProblem(entries.containsKey(key) ? entries.get(key).line() : 1, key, message));
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
          if (!effective.containsKey(key)) {
            problems.add(new RecipeProblem(entry.line(), key, "no such setting" + suggestion(key)));
          }
        });
    if (!problems.isEmpty()) {
      problems.sort((a, b) -> Integer.compare(a.line(), b.line()));
      throw new InvalidRecipeException(source, List.copyOf(problems));
    }
    return new TreeMap<>(effective);
  }

  private <T> T read(String key, T preset, Conversion<T> conversion) {
    T value = preset;
    Entry entry = entries.get(key);
    if (entry != null) {
      try {
        value = conversion.convert(entry.text());
      } catch (IllegalArgumentException e) {
        problems.add(new RecipeProblem(entry.line(), key, e.getMessage()));
      }
    }
    effective.put(key, String.valueOf(value));
    return value;
  }

  private void flatten(String prefix, Node node, int line) {
    if (node instanceof MappingNode mapping) {
      for (NodeTuple tuple : mapping.getValue()) {
        String name = tuple.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "?";
        String key = prefix.isEmpty() ? name : prefix + "." + name;
        flatten(key, tuple.getValueNode(), line(tuple.getKeyNode()));
      }
    } else if (node instanceof ScalarNode scalar && !prefix.isEmpty()) {
      entries.put(prefix, new Entry(scalar.getValue(), line));
    } else {
      problems.add(new RecipeProblem(line, prefix, "a recipe is made of keys with single values"));
    }
  }

  /** The known key that is closest in spelling, if one is close. */
  private String suggestion(String key) {
    String best = "";
    int bestDistance = 4;
    for (String known : effective.keySet()) {
      int distance = distance(key, known);
      if (distance < bestDistance) {
        bestDistance = distance;
        best = known;
      }
    }
    return best.isEmpty() ? "" : "; did you mean " + best + "?";
  }

  /** Levenshtein distance. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int substitution = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substitution, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }

  private static int line(Node node) {
    return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(1);
  }

  private record Entry(String text, int line) {}

  @FunctionalInterface
  private interface Conversion<T> {
    /** Throws IllegalArgumentException with what is wrong. */
    T convert(String text);
  }
}

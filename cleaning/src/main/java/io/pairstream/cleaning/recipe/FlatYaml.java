package io.pairstream.cleaning.recipe;

import io.pairstream.cleaning.recipe.InvalidRecipeException.RecipeProblem;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * A YAML file as dotted keys with their texts and lines.
 *
 * @param entries in the file's order
 * @param problems what cannot be read so; both may be added to
 */
public record FlatYaml(Map<String, Entry> entries, List<RecipeProblem> problems) {

  /**
   * Most levels of nesting, which the composer follows by recursion; a recipe has at most three.
   */
  private static final int MAX_DEPTH = 16;

  /** Value of a section without keys. */
  static final String EMPTY_SECTION = "{}";

  /** A value as written, and the line that it is on, from 1. */
  public record Entry(String text, int line) {}

  /**
   * Reads a file.
   *
   * @param source its name, for messages
   */
  public static FlatYaml parse(String source, String yaml) {
    FlatYaml file = new FlatYaml(new LinkedHashMap<>(), new ArrayList<>());
    try {
      LoadSettings settings =
          LoadSettings.builder().setLabel(source).setMaxAliasesForCollections(10).build();
      if (file.isShallow(new Parse(settings).parseString(yaml))) {
        new Compose(settings)
            .composeString(yaml)
            .ifPresent(
                root ->
                    file.flatten(
                        "", root, line(root), Collections.newSetFromMap(new IdentityHashMap<>())));
      }
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(1);
      file.problem(line, "", "not YAML: " + e.getProblem());
    } catch (YamlEngineException e) {
      file.problem(1, "", "not YAML: " + e.getMessage());
    }
    return file;
  }

  /**
   * Whether no collection is nested deeper than {@link #MAX_DEPTH}; notes the problem where one is.
   */
  private boolean isShallow(Iterable<Event> events) {
    int depth = 0;
    for (Event event : events) {
      switch (event.getEventId()) {
        case MappingStart, SequenceStart -> depth++;
        case MappingEnd, SequenceEnd -> depth--;
        default -> {}
      }
      if (depth > MAX_DEPTH) {
        int line = event.getStartMark().map(mark -> mark.getLine() + 1).orElse(1);
        problem(line, "", "nested more than " + MAX_DEPTH + " levels deep");
        return false;
      }
    }
    return true;
  }

  private void flatten(String prefix, Node node, int line, Set<Node> seen) {
    if (node instanceof MappingNode mapping) {
      if (!seen.add(node)) {
        problem(line, prefix, "an alias of a section is not allowed; write its keys out");
        return;
      }
      if (mapping.getValue().isEmpty() && !prefix.isEmpty()) {
        entries.putIfAbsent(prefix, new Entry(EMPTY_SECTION, line));
      }
      Map<String, Integer> lines = new HashMap<>();
      for (NodeTuple tuple : mapping.getValue()) {
        String name = tuple.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "?";
        String key = prefix.isEmpty() ? name : prefix + "." + name;
        int keyLine = line(tuple.getKeyNode());
        Integer earlier = lines.putIfAbsent(name, keyLine);
        if (earlier != null) {
          standsTwice(key, keyLine, earlier);
        } else {
          flatten(key, tuple.getValueNode(), keyLine, seen);
        }
      }
    } else if (node instanceof ScalarNode scalar && !prefix.isEmpty()) {
      Entry earlier = entries.putIfAbsent(prefix, new Entry(scalar.getValue(), line));
      if (earlier != null) { // once in its section, once with a dot in its name
        standsTwice(prefix, line, earlier.line());
      }
    } else if (!(node instanceof ScalarNode scalar && scalar.getValue().isEmpty())) {
      problem(
          line,
          prefix,
          "a key has a single value or a section of keys"
              + (node instanceof SequenceNode ? "; several are written as \"en, zh\"" : ""));
    }
  }

  private void standsTwice(String key, int line, int firstLine) {
    problem(line, key, "stands twice; the first is in line " + firstLine);
  }

  private void problem(int line, String key, String message) {
    problems.add(new RecipeProblem(line, RecipeReader.shown(key), message));
  }

  private static int line(Node node) {
    return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(1);
  }
}

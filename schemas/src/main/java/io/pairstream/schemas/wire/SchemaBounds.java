package io.pairstream.schemas.wire;

import java.util.HashMap;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.Schema.Field;

/**
 * Limits to a schema of anybody's, beyond which a few bytes of data are work without end.
 *
 * <p>A record without fields takes no bytes. Ten of them in a record, ten of those in another, and
 * so on for twelve levels: a schema of some kilobytes, and a value of nothing to decode which takes
 * for ever. So there is a limit to what a schema is when each name is written out, and a lower one
 * to what may come again and again in one value.
 */
public final class SchemaBounds {

  /** Types in a schema of which each name is written out; our own have 60 at most. */
  static final int MOST_TYPES = 10_000;

  /**
   * Types of an array's item, of a map's value, or of a record that contains itself, each name
   * written out; our own have 9.
   */
  static final int MOST_REPEATED_TYPES = 100;

  /** Characters of a schema's text; our own have 8,000 at most. */
  public static final int MOST_CHARACTERS = 256 * 1024;

  private SchemaBounds() {}

  static void requireBounded(String text) {
    if (text.length() > MOST_CHARACTERS) {
      throw tooMany();
    }
  }

  /**
   * Refuses a schema that no reader of ours takes.
   *
   * @throws IllegalArgumentException where it is of too many types
   */
  public static void requireBounded(Schema schema) {
    left(schema, MOST_TYPES, new HashMap<>());
  }

  /**
   * Number of types that may follow a schema.
   *
   * @param most types that may be in the schema and after it
   * @param open records around the schema, and whether they occur again within themselves, where
   *     they count as one
   */
  private static int left(Schema schema, int most, Map<String, Boolean> open) {
    if (most <= 0) {
      throw tooMany();
    }
    int left = most - 1;
    switch (schema.getType()) {
      case ARRAY -> left -= repeated(schema.getElementType(), left, open);
      case MAP -> left -= repeated(schema.getValueType(), left, open);
      case UNION -> {
        for (Schema branch : schema.getTypes()) {
          left = left(branch, left, open);
        }
      }
      case RECORD -> {
        if (open.replace(schema.getFullName(), true) == null) {
          open.put(schema.getFullName(), false);
          for (Field field : schema.getFields()) {
            left = left(field.schema(), left, open);
          }
          if (open.remove(schema.getFullName()) && most - left > MOST_REPEATED_TYPES) {
            throw tooMany();
          }
        }
      }
      default -> {}
    }
    return left;
  }

  private static int repeated(Schema schema, int most, Map<String, Boolean> open) {
    int limit = Math.min(MOST_REPEATED_TYPES, most);
    return limit - left(schema, limit, open);
  }

  private static IllegalArgumentException tooMany() {
    return new IllegalArgumentException(
        "the schema has more than "
            + MOST_CHARACTERS
            + " characters, is of more than "
            + MOST_TYPES
            + " types when each name is written out, or of more than "
            + MOST_REPEATED_TYPES
            + " that come again and again");
  }
}

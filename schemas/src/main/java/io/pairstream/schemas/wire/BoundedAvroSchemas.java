package io.pairstream.schemas.wire;

import io.confluent.kafka.schemaregistry.ParsedSchema;
import io.confluent.kafka.schemaregistry.avro.AvroSchemaProvider;
import io.confluent.kafka.schemaregistry.client.rest.entities.Schema;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.avro.Schema.Field;

/**
 * Parses Avro schemas, but for those of which a few bytes of data are work without end.
 *
 * <p>A record without fields takes no bytes. Ten of them in a record, ten of those in another, and
 * so on for twelve levels: a schema of some kilobytes, and a value of nothing to decode which takes
 * for ever. So there is a limit to what a schema is when each name is written out, and a lower one
 * to what may come again and again in one value. Refuses a schema beyond them as one that cannot be
 * parsed.
 */
final class BoundedAvroSchemas extends AvroSchemaProvider {

  /** Types in a schema of which each name is written out; our own have 60 at most. */
  static final int MOST_TYPES = 10_000;

  /**
   * The same of an array's item, of a map's value, and of a record that holds itself; ours have 9.
   */
  static final int MOST_REPEATED_TYPES = 100;

  @Override
  public ParsedSchema parseSchemaOrElseThrow(Schema schema, boolean isNew, boolean normalize) {
    ParsedSchema parsed = super.parseSchemaOrElseThrow(schema, isNew, normalize);
    new Count().of((org.apache.avro.Schema) parsed.rawSchema());
    return parsed;
  }

  /** Counts types, each record once; a record that holds itself counts as one within itself. */
  private static final class Count {

    private final Map<String, Integer> counted = new HashMap<>();
    private final Set<String> open = new HashSet<>();
    private final Set<String> recursive = new HashSet<>();

    int of(org.apache.avro.Schema schema) {
      return switch (schema.getType()) {
        case RECORD -> ofRecord(schema);
        case ARRAY -> 1 + ofRepeated(schema.getElementType());
        case MAP -> 1 + ofRepeated(schema.getValueType());
        case UNION -> {
          int count = 1;
          for (org.apache.avro.Schema branch : schema.getTypes()) {
            count = atMost(MOST_TYPES, count + of(branch));
          }
          yield count;
        }
        default -> 1;
      };
    }

    private int ofRecord(org.apache.avro.Schema schema) {
      String name = schema.getFullName();
      Integer known = counted.get(name);
      if (known != null) {
        return known;
      }
      if (!open.add(name)) {
        recursive.add(name);
        return 1;
      }
      int count = 1;
      for (Field field : schema.getFields()) {
        count = atMost(MOST_TYPES, count + of(field.schema()));
      }
      if (recursive.contains(name)) {
        atMost(MOST_REPEATED_TYPES, count);
      }
      open.remove(name);
      counted.put(name, count);
      return count;
    }

    private int ofRepeated(org.apache.avro.Schema schema) {
      return atMost(MOST_REPEATED_TYPES, of(schema));
    }

    private static int atMost(int limit, int count) {
      if (count > limit) {
        throw new IllegalArgumentException(
            "the schema is of more than " + limit + " types when each name is written out");
      }
      return count;
    }
  }
}

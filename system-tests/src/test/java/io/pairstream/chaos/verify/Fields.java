package io.pairstream.chaos.verify;

import io.pairstream.chaos.load.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;

/**
 * Named values that two records are to have alike, as texts; long ones by their beginning and
 * digest.
 */
final class Fields {

  /** More of a value would hide the rest of a sentence. */
  private static final int SHOWN = 80;

  private final SortedMap<String, String> texts = new TreeMap<>();

  /** Those fields of a record that have these names. */
  static Fields of(SpecificRecord record, Collection<String> names) {
    Fields fields = new Fields();
    for (Schema.Field field : record.getSchema().getFields()) {
      if (names.contains(field.name())) {
        fields.with(field.name(), record.get(field.pos()));
      }
    }
    return fields;
  }

  /** Adds a value, in place of one of the same name. */
  Fields with(String name, Object value) {
    texts.put(name, shortened(text(value)));
    return this;
  }

  /** All of these and of others. */
  Fields and(Fields others) {
    Fields all = new Fields();
    all.texts.putAll(texts);
    all.texts.putAll(others.texts);
    return all;
  }

  /** What is otherwise than it must be, field by field. */
  String differenceFrom(Fields right) {
    List<String> differences = new ArrayList<>();
    TreeMap<String, String> names = new TreeMap<>(texts);
    names.putAll(right.texts);
    for (String name : names.keySet()) {
      String found = texts.get(name);
      String wanted = right.texts.get(name);
      if (!Objects.equals(found, wanted)) {
        differences.add(name + " is " + shown(found) + " where " + shown(wanted) + " belongs");
      }
    }
    return String.join(", ", differences);
  }

  private static String shown(String text) {
    return text == null ? "nothing" : "'" + text + "'";
  }

  private static String shortened(String text) {
    return text.length() <= SHOWN
        ? text
        : text.substring(0, SHOWN)
            + "… ("
            + text.length()
            + " characters, "
            + Sha256.hex(text.getBytes(StandardCharsets.UTF_8))
            + ")";
  }

  /** The same for equal values, whatever order a map has. */
  static String text(Object value) {
    if (value instanceof ByteBuffer buffer) {
      byte[] bytes = new byte[buffer.remaining()];
      buffer.duplicate().get(bytes);
      return text(bytes);
    }
    if (value instanceof byte[] bytes) {
      return bytes.length + " bytes " + Sha256.hex(bytes);
    }
    if (value instanceof Collection<?> items) {
      return items.stream().map(Fields::text).toList().toString();
    }
    if (value instanceof Map<?, ?> map) {
      SortedMap<String, String> sorted = new TreeMap<>();
      map.forEach((name, each) -> sorted.put(String.valueOf(name), text(each)));
      return sorted.toString();
    }
    if (value instanceof SpecificRecord record) {
      SortedMap<String, String> sorted = new TreeMap<>();
      record
          .getSchema()
          .getFields()
          .forEach(field -> sorted.put(field.name(), text(record.get(field.pos()))));
      return sorted.toString();
    }
    return String.valueOf(value);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Fields fields && fields.texts.equals(texts);
  }

  @Override
  public int hashCode() {
    return texts.hashCode();
  }
}

package io.pairstream.chaos.verify;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;

/** Named values that two records are to have alike: as texts, and all together as 64 bits. */
final class Fields {

  /** More of a value would hide the rest of a sentence. */
  private static final int SHOWN = 60;

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
    texts.put(name, text(value));
    return this;
  }

  /** First 64 bits of a digest of all names and values; never 0. */
  long digest() {
    MessageDigest sha256 = Sha256.fresh();
    texts.forEach(
        (name, text) -> {
          add(sha256, name);
          add(sha256, text);
        });
    long digest = Sha256.first64(sha256.digest());
    return digest == 0 ? 1 : digest;
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
    if (text == null) {
      return "nothing";
    }
    return text.length() <= SHOWN
        ? "'" + text + "'"
        : "'"
            + text.substring(0, SHOWN)
            + "…' ("
            + text.length()
            + " characters, hash "
            + Integer.toHexString(text.hashCode())
            + ")";
  }

  /** The same for equal values, whatever order a map has. */
  static String text(Object value) {
    if (value instanceof ByteBuffer buffer) {
      MessageDigest sha256 = Sha256.fresh();
      sha256.update(buffer.duplicate());
      return buffer.remaining() + " bytes " + Sha256.hex(sha256.digest());
    }
    if (value instanceof byte[] bytes) {
      return text(ByteBuffer.wrap(bytes));
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

  private static void add(MessageDigest digest, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    digest.update(ByteBuffer.allocate(4).putInt(0, bytes.length));
    digest.update(bytes);
  }
}

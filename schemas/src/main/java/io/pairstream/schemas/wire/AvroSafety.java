package io.pairstream.schemas.wire;

import io.pairstream.schemas.topics.RecordSizes;
import org.apache.avro.util.ClassSecurityValidator;

/**
 * What Avro may do with bytes that anyone can send: which classes it may make, and how much it may
 * allocate on the word of a length field.
 *
 * <p>Avro reads its limits from system properties once, when its decoder is first used; a value
 * that the operator has set stands.
 */
final class AvroSafety {

  private static final String GENERATED = "io.pairstream.schemas.";

  private AvroSafety() {}

  /** Puts the limits in force; to be called before the first decoding. */
  static void install() {
    limit("org.apache.avro.limits.bytes.maxLength", RecordSizes.MAX_RECORD);
    limit("org.apache.avro.limits.string.maxLength", RecordSizes.MAX_RECORD);
    limit("org.apache.avro.limits.collectionItems.maxLength", 100_000);
    ClassSecurityValidator.setGlobal(
        ClassSecurityValidator.composite(
            ClassSecurityValidator.DEFAULT, type -> type.getName().startsWith(GENERATED)));
  }

  private static void limit(String property, int value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, String.valueOf(value));
    }
  }
}

package io.pairstream.schemas.wire;

import io.pairstream.schemas.topics.RecordSizes;
import org.apache.avro.SystemLimitException;
import org.apache.avro.util.ClassSecurityValidator;

/**
 * Limits for Avro on untrusted bytes: the classes that it may make, and how much it may allocate
 * for a length field's claim.
 *
 * <p>Avro reads its limits from system properties once, when anything is first decoded, be it a
 * default value in a builder. So a program's first act is to install them. A value that the
 * operator has set is kept.
 */
public final class AvroSafety {

  private static final String GENERATED = "io.pairstream.schemas.";
  private static final int MAX_COLLECTION_ITEMS = 100_000;

  private AvroSafety() {}

  /**
   * Puts the limits in force, if they are not yet.
   *
   * @throws IllegalStateException if something was decoded before, so that Avro goes without limits
   */
  public static void install() {
    limit(SystemLimitException.MAX_BYTES_LENGTH_PROPERTY, RecordSizes.MAX_RECORD);
    limit(SystemLimitException.MAX_STRING_LENGTH_PROPERTY, RecordSizes.MAX_RECORD);
    limit(SystemLimitException.MAX_COLLECTION_LENGTH_PROPERTY, MAX_COLLECTION_ITEMS);
    if (!areInForce()) {
      throw new IllegalStateException(
          "Avro has decoded something before its limits were set; install them first");
    }
    ClassSecurityValidator.setGlobal(
        ClassSecurityValidator.composite(
            ClassSecurityValidator.DEFAULT, type -> type.getName().startsWith(GENERATED)));
  }

  private static void limit(String property, int value) {
    System.getProperties().putIfAbsent(property, String.valueOf(value));
  }

  private static boolean areInForce() {
    long beyond = 1L + Integer.getInteger(SystemLimitException.MAX_COLLECTION_LENGTH_PROPERTY);
    try {
      SystemLimitException.checkMaxCollectionLength(beyond);
      return false;
    } catch (SystemLimitException e) {
      return true;
    }
  }
}

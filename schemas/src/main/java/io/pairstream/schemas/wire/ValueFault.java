package io.pairstream.schemas.wire;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;

/**
 * Why a value in the wire format cannot be read as a record of ours, for the record's author.
 *
 * @param isOfSchema whether its writer's schema does not fit; otherwise the bytes are to blame
 * @param sentence what is wrong
 */
public record ValueFault(boolean isOfSchema, String sentence) {

  /** Shortens the sentence to one line: the writer's schema chooses its names, of any length. */
  public ValueFault {
    sentence = OneLine.of(sentence);
  }

  /** Fault of the bytes, found before decoding, or of their schema; empty where there is none. */
  public static Optional<ValueFault> of(Schema writer, Schema reader, byte[] value) {
    return AvroBody.fault(writer, value)
        .map(sentence -> misfit(writer, reader).orElse(new ValueFault(false, sentence)));
  }

  /** Fault of a value that could not be decoded although its bytes are complete. */
  public static ValueFault unread(Schema writer, Schema reader) {
    return misfit(writer, reader)
        .orElse(
            new ValueFault(
                false,
                "the record holds more than is read of a "
                    + reader.getName()
                    + ": at most 100,000 items in a list or map"));
  }

  private static Optional<ValueFault> misfit(Schema writer, Schema reader) {
    if (writer.getType() != Schema.Type.RECORD) {
      return Optional.of(
          new ValueFault(
              true, "the writer's schema is of " + inWords(writer) + ", not of a record"));
    }
    List<String> misfits =
        reader.getFields().stream()
            .filter(
                field ->
                    Optional.ofNullable(writer.getField(field.name()))
                        .filter(written -> !isReadable(written.schema(), field.schema()))
                        .isPresent())
            .map(
                field ->
                    "%s is %s where %s belongs"
                        .formatted(
                            field.name(),
                            inWords(writer.getField(field.name()).schema()),
                            inWords(field.schema())))
            .toList();
    return misfits.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new ValueFault(
                true,
                "the writer's schema does not fit a %s: %s"
                    .formatted(reader.getName(), String.join(", ", misfits))));
  }

  private static boolean isReadable(Schema written, Schema read) {
    return SchemaCompatibility.checkReaderWriterCompatibility(read, written).getType()
        == SchemaCompatibilityType.COMPATIBLE;
  }

  private static String inWords(Schema type) {
    return type.isUnion()
        ? type.getTypes().stream().map(ValueFault::inWords).collect(Collectors.joining(" or "))
        : type.getType().getName();
  }

  /**
   * Whether a value's bytes are what its writer's schema says, neither cut off nor followed by
   * others.
   *
   * <p>Goes over the body without making anything of it, in time that its length bounds: less than
   * 1 μs for a pair of ours.
   */
  static final class AvroBody {

    /** Most levels of nesting: far more than our records have, and safe for a thread's stack. */
    private static final int MOST_LEVELS = 500;

    /**
     * Allowance for types without bytes, such as null, and records around others; see {@link
     * #count}.
     */
    private static final int TYPES_WITHOUT_BYTES = 20_000;

    private static final int MOST_INT_BYTES = 5;
    private static final int MOST_LONG_BYTES = 10;

    private final ByteBuffer body;
    private long typesLeft;

    private AvroBody(byte[] value) {
      this.body =
          ByteBuffer.wrap(value, WireFormat.PREFIX_BYTES, value.length - WireFormat.PREFIX_BYTES);
      this.typesLeft = 4L * value.length + TYPES_WITHOUT_BYTES;
    }

    /**
     * Fault of the body, in a sentence for the record's author; empty where there is none.
     *
     * @param value in the wire format
     */
    static Optional<String> fault(Schema writer, byte[] value) {
      AvroBody read = new AvroBody(value);
      try {
        read.pass(writer, "its value", 0);
      } catch (Fault e) {
        return Optional.of("the record " + e.getMessage());
      }
      int left = read.body.remaining();
      return left == 0
          ? Optional.empty()
          : Optional.of((left == 1 ? "1 byte follows" : left + " bytes follow") + " the record");
    }

    private void pass(Schema type, String name, int level) throws Fault {
      count(level);
      switch (type.getType()) {
        case NULL -> {}
        case BOOLEAN -> skip(1, name);
        case INT -> number(MOST_INT_BYTES, name);
        case LONG -> number(MOST_LONG_BYTES, name);
        case FLOAT -> skip(Float.BYTES, name);
        case DOUBLE -> skip(Double.BYTES, name);
        case FIXED -> skip(type.getFixedSize(), name);
        case BYTES, STRING -> skip(number(MOST_LONG_BYTES, name), name);
        case ENUM -> oneOf(type.getEnumSymbols().size(), name);
        case UNION ->
            pass(type.getTypes().get(oneOf(type.getTypes().size(), name)), name, level + 1);
        case ARRAY -> passAll(type.getElementType(), false, name, level + 1);
        case MAP -> passAll(type.getValueType(), true, name, level + 1);
        case RECORD -> {
          for (Schema.Field field : type.getFields()) {
            pass(field.schema(), field.name(), level + 1);
          }
        }
      }
    }

    private void passAll(Schema type, boolean hasKeys, String name, int level) throws Fault {
      for (long items = block(name); items != 0; items = block(name)) {
        for (long item = 0; item < items; item++) {
          if (hasKeys) {
            skip(number(MOST_LONG_BYTES, name), name);
          }
          pass(type, name, level);
        }
      }
    }

    /** Counts a type, to end a body that continues without consuming bytes. */
    private void count(int level) throws Fault {
      typesLeft--;
      if (typesLeft < 0 || level > MOST_LEVELS) {
        throw new Fault(
            level > MOST_LEVELS
                ? "nests more than " + MOST_LEVELS + " levels deep"
                : "claims more items than its bytes can hold");
      }
    }

    private long block(String name) throws Fault {
      long items = number(MOST_LONG_BYTES, name);
      if (items >= 0) {
        return items;
      }
      long unusedBytes = number(MOST_LONG_BYTES, name);
      if (unusedBytes < 0 || items == Long.MIN_VALUE) {
        throw new Fault("claims a length below 0 in " + name);
      }
      return -items;
    }

    private int oneOf(int choices, String name) throws Fault {
      long choice = number(MOST_INT_BYTES, name);
      if (choice < 0 || choice >= choices) {
        throw new Fault("makes choice " + choice + " of " + choices + " in " + name);
      }
      return (int) choice;
    }

    private void skip(long bytes, String name) throws Fault {
      if (bytes < 0) {
        throw new Fault("claims a length of " + bytes + " bytes for " + name);
      }
      if (bytes > body.remaining()) {
        throw new Fault("ends after " + body.remaining() + " of " + bytes + " bytes of " + name);
      }
      body.position(body.position() + (int) bytes);
    }

    /** A number in zigzag encoding, seven bits a byte, the lowest first. */
    private long number(int mostBytes, String name) throws Fault {
      long read = 0;
      for (int at = 0; at < mostBytes; at++) {
        if (!body.hasRemaining()) {
          throw new Fault(
              "ends before " + name + (at == 0 ? " begins" : " has its length or number"));
        }
        byte next = body.get();
        read |= (next & 0x7FL) << (7 * at);
        if (next >= 0) {
          return (read >>> 1) ^ -(read & 1);
        }
      }
      throw new Fault("holds a number of more than " + mostBytes + " bytes in " + name);
    }

    private static final class Fault extends Exception {

      private static final long serialVersionUID = 1L;

      Fault(String message) {
        super(message);
      }
    }
  }
}

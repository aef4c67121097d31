package io.pairstream.schemas.wire;

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

  /** A stranger's schema may call its fields as it likes, at any length. */
  public ValueFault {
    sentence = OneLine.of(sentence);
  }

  /** What is wrong with the bytes, before anything is made of them; or with their schema. */
  public static Optional<ValueFault> of(Schema writer, Schema reader, byte[] value) {
    return AvroBody.fault(writer, value)
        .map(sentence -> misfit(writer, reader).orElse(new ValueFault(false, sentence)));
  }

  /** What is wrong with a value that could not be read although its bytes are all there. */
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
}

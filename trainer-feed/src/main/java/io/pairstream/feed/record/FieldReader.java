package io.pairstream.feed.record;

import io.pairstream.schemas.wire.Registry;
import io.pairstream.schemas.wire.WireFormat;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.Schema;

/**
 * Reads some fields of prepared pairs in Confluent wire format, and steps over all others; the
 * image is never looked at. Thread-safe.
 */
public final class FieldReader {

  private static final String MEASURES = "measures";

  private final Set<String> wanted;
  private final PlanByWriter<List<Column>> plans;

  /**
   * @param topic full name of the topic, whose subject holds the writers' schemas
   * @param wanted names of texts, numbers and booleans, and {@code measure.NAME}
   */
  public FieldReader(Registry registry, String topic, Set<String> wanted) {
    this.wanted = Set.copyOf(wanted);
    this.plans = new PlanByWriter<>(registry, topic, this::columns);
  }

  /** One field of the writer's schema. */
  private record Column(String name, Schema schema, boolean isWanted) {}

  /**
   * Reads one record's value.
   *
   * @throws MalformedSampleException where the value is not a prepared pair
   * @throws RegistryUnavailableException where the registry cannot be asked for the writer's schema
   */
  public PairFields read(byte[] value) throws MalformedSampleException {
    Map<String, String> texts = new HashMap<>();
    Map<String, Double> numbers = new HashMap<>();
    List<Column> columns = plans.of(value);
    AvroCursor at = new AvroCursor(value, WireFormat.PREFIX_BYTES);
    for (Column column : columns) {
      if (!column.isWanted()) {
        at.skip(column.schema());
        continue;
      }
      switch (column.schema().getType()) {
        case STRING -> {
          String text = at.readString();
          if (!text.isEmpty()) {
            texts.put(column.name(), text);
          }
        }
        case INT, LONG -> numbers.put(column.name(), (double) at.readLong());
        case BOOLEAN -> numbers.put(column.name(), at.readBoolean() ? 1.0 : 0.0);
        case MAP -> readMeasures(at, numbers);
        default -> at.skip(column.schema());
      }
    }
    return new PairFields(texts, numbers);
  }

  private void readMeasures(AvroCursor at, Map<String, Double> numbers)
      throws MalformedSampleException {
    for (long block = at.readBlock(); block != 0; block = at.readBlock()) {
      for (long i = 0; i < block; i++) {
        String name = PairFields.MEASURE + at.readString();
        double measure = at.readDouble();
        if (wanted.contains(name)) {
          numbers.put(name, measure);
        }
      }
    }
  }

  /** Up to the last one that is wanted. */
  private List<Column> columns(Schema writer) {
    boolean wantsMeasures = wanted.stream().anyMatch(name -> name.startsWith(PairFields.MEASURE));
    List<Column> columns = new ArrayList<>();
    int needed = 0;
    for (Schema.Field field : writer.getFields()) {
      boolean isWanted =
          field.name().equals(MEASURES)
              ? wantsMeasures && isMapOfDoubles(field.schema())
              : wanted.contains(field.name()) && field.schema().getType() != Schema.Type.MAP;
      columns.add(new Column(field.name(), field.schema(), isWanted));
      if (isWanted) {
        needed = columns.size();
      }
    }
    return List.copyOf(columns.subList(0, needed));
  }

  private static boolean isMapOfDoubles(Schema schema) {
    return schema.getType() == Schema.Type.MAP
        && schema.getValueType().getType() == Schema.Type.DOUBLE;
  }
}

package io.pairstream.schemas.wire;

import io.confluent.kafka.schemaregistry.ParsedSchema;
import io.confluent.kafka.schemaregistry.avro.AvroSchemaProvider;
import io.confluent.kafka.schemaregistry.client.rest.entities.Schema;

/**
 * Parses Avro schemas, and refuses one beyond {@link SchemaBounds} as one that cannot be parsed.
 */
final class BoundedAvroSchemas extends AvroSchemaProvider {

  @Override
  public ParsedSchema parseSchemaOrElseThrow(Schema schema, boolean isNew, boolean normalize) {
    SchemaBounds.requireBounded(schema.getSchema());
    ParsedSchema parsed = super.parseSchemaOrElseThrow(schema, isNew, normalize);
    SchemaBounds.requireBounded((org.apache.avro.Schema) parsed.rawSchema());
    return parsed;
  }
}

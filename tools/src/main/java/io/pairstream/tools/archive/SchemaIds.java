package io.pairstream.tools.archive;

import io.pairstream.schemas.wire.MissingSchemaException;
import io.pairstream.schemas.wire.WireFormat;
import io.pairstream.service.cluster.ClusterAccess;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.avro.Schema;

/** Archived values with the ids that their schemas have in the registry of today. */
final class SchemaIds {

  private final ArchiveFolder folder;
  private final ClusterAccess cluster;
  private final Map<Integer, Integer> today = new HashMap<>();

  /**
   * @param cluster whose registry learns of schemas that it does not have under the archive's ids
   */
  SchemaIds(ArchiveFolder folder, ClusterAccess cluster) {
    this.folder = folder;
    this.cluster = cluster;
  }

  /** The value itself where its id is as it was. */
  byte[] translate(byte[] value) throws IOException {
    OptionalInt then = WireFormat.schemaId(value);
    if (then.isEmpty()) {
      return value;
    }
    int id = then.getAsInt();
    Integer now = today.get(id);
    if (now == null) {
      Optional<Schema> schema = folder.schema(id);
      now = schema.isEmpty() || isStill(id, schema.get()) ? id : register(id, schema.get());
      today.put(id, now);
    }
    return now == id ? value : ByteBuffer.wrap(value.clone()).putInt(1, now).array();
  }

  private boolean isStill(int id, Schema schema) {
    try {
      return cluster
          .registry()
          .writerSchema(cluster.topics().crowdsourced().subject(), id)
          .equals(schema);
    } catch (MissingSchemaException e) {
      return false;
    }
  }

  /** Under a subject of its own: it need not get on with any other schema. */
  private int register(int id, Schema schema) {
    return cluster.registry().register(cluster.dataset().topic("archived-" + id), schema);
  }
}

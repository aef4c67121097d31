package io.pairstream.chaos.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.schemas.PairLink;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.RawPair;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The newer records are compatible, and their classes know the new field. */
class NewerSchemasTest {

  @TempDir private Path folder;

  @Test
  void areReadByOlderProgramsAndReadOlderRecords() {
    Schema newer = NewerSchemas.of(PreparedPair.SCHEMA$);

    assertThat(newer.getField(NewerSchemas.FIELD)).isNotNull();
    assertThat(compatibility(newer, PreparedPair.SCHEMA$))
        .isEqualTo(SchemaCompatibilityType.COMPATIBLE);
    assertThat(compatibility(PreparedPair.SCHEMA$, newer))
        .isEqualTo(SchemaCompatibilityType.COMPATIBLE);
    assertThat(NewerSchemas.of(PairLink.SCHEMA$)).isSameAs(PairLink.SCHEMA$);
  }

  @Test
  void classesOfThemTakeTheirPlace() throws IOException, ReflectiveOperationException {
    NewerSchemas.compile(folder.resolve("newer"));

    try (URLClassLoader loader =
        new URLClassLoader(
            new URL[] {folder.resolve("newer").toUri().toURL()}, RawPair.class.getClassLoader()) {
          @Override
          protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            return name.startsWith("io.pairstream.schemas.RawPair")
                ? findClass(name)
                : super.loadClass(name, resolve);
          }
        }) {
      Class<?> record = loader.loadClass(RawPair.class.getName());
      assertThat(record.getField("SCHEMA$").get(null)).isEqualTo(NewerSchemas.of(RawPair.SCHEMA$));
    }
  }

  private static SchemaCompatibilityType compatibility(Schema reader, Schema writer) {
    return SchemaCompatibility.checkReaderWriterCompatibility(reader, writer).getType();
  }
}

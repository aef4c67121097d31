package io.pairstream.chaos.cluster;

import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Receipt;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.apache.avro.Schema;
import org.apache.avro.compiler.specific.SpecificCompiler;
import org.apache.avro.generic.GenericData;

/**
 * The wire contract of a release to come: some records have one more field, with a default, as the
 * rules of compatibility allow.
 */
public final class NewerSchemas {

  /** The field that older programs do not know. */
  public static final String FIELD = "mood";

  private static final List<Schema> CHANGED =
      List.of(RawPair.SCHEMA$, PreparedPair.SCHEMA$, Receipt.SCHEMA$);

  private NewerSchemas() {}

  /** The newer schema of a record; the same where it has not changed. */
  public static Schema of(Schema known) {
    if (!CHANGED.contains(known)) {
      return known;
    }
    List<Schema.Field> fields = new ArrayList<>();
    for (Schema.Field field : known.getFields()) {
      fields.add(new Schema.Field(field, field.schema()));
    }
    Schema text = Schema.create(Schema.Type.STRING);
    GenericData.setStringType(text, GenericData.StringType.String);
    fields.add(new Schema.Field(FIELD, text, "What the picture feels like.", ""));
    Schema newer =
        Schema.createRecord(known.getName(), known.getDoc(), known.getNamespace(), false, fields);
    known.getObjectProps().forEach(newer::addProp);
    return newer;
  }

  /**
   * Makes the records' classes as the build of that release would.
   *
   * @param folder is made; it belongs in front of the program's class path
   */
  static void compile(Path folder) throws IOException {
    Path sources = folder.resolveSibling(folder.getFileName() + "-sources");
    Files.createDirectories(folder);
    for (Schema known : CHANGED) {
      SpecificCompiler compiler = new SpecificCompiler(of(known));
      compiler.setStringType(GenericData.StringType.String);
      compiler.setFieldVisibility(SpecificCompiler.FieldVisibility.PRIVATE);
      compiler.setOutputCharacterEncoding("UTF-8");
      compiler.compileToDestination(null, sources.toFile());
    }
    List<String> options =
        new ArrayList<>(
            List.of(
                "-proc:none",
                "-nowarn",
                "-d",
                folder.toString(),
                "-cp",
                String.join(File.pathSeparator, jars())));
    try (Stream<Path> files = Files.walk(sources)) {
      files
          .filter(file -> file.toString().endsWith(".java"))
          .forEach(file -> options.add(file.toString()));
    }
    JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
    int status = javac.run(null, null, null, options.toArray(String[]::new));
    if (status != 0) {
      throw new IllegalStateException("the newer records do not compile: " + status);
    }
  }

  private static List<String> jars() throws IOException {
    try (Stream<Path> files = Files.list(ProcessCommand.app("lib"))) {
      return files.map(Path::toString).toList();
    }
  }
}

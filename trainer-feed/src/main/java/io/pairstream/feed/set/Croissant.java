package io.pairstream.feed.set;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.util.Set;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;

/** Description of a set in the format Croissant 1.0 of MLCommons, which search engines read. */
final class Croissant {

  private Croissant() {}

  /**
   * The description as JSON.
   *
   * @param commit sentence that says of which commit it is
   * @param licences of its pairs; empty where one is not known
   */
  static byte[] json(SetManifest manifest, String commit, Set<String> licences) throws IOException {
    ObjectNode root;
    try (InputStream template = Croissant.class.getResourceAsStream("croissant.json")) {
      root = (ObjectNode) TarWriter.JSON.readTree(template);
    }
    root.put("name", manifest.dataset());
    root.put("description", "Image-text pairs, written by Pairstream. " + commit);
    root.put("version", "1.0." + manifest.number());
    ArrayNode licence = root.putArray("license");
    licences.stream().filter(one -> !one.isEmpty()).forEach(licence::add);
    ArrayNode files = root.putArray("distribution");
    ArrayNode records = root.putArray("recordSet");
    for (String split : manifest.splits().keySet()) {
      files.add(fileSet(split, "tars", "application/x-tar", split + "/*.tar"));
      files.add(fileSet(split, "index", "application/x-parquet", split + "/*.parquet"));
      ArrayNode fields =
          records.addObject().put("@type", "cr:RecordSet").put("@id", split).putArray("field");
      for (PairField field : PairField.ALL) {
        if (field.column().isPrimitive()) {
          fields.add(field(split, field.column()));
        }
      }
    }
    return TarWriter.JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(root);
  }

  private static ObjectNode fileSet(String split, String what, String format, String includes) {
    return TarWriter.JSON
        .createObjectNode()
        .put("@type", "cr:FileSet")
        .put("@id", split + "-" + what)
        .put("encodingFormat", format)
        .put("includes", includes);
  }

  private static ObjectNode field(String split, Type column) {
    ObjectNode field =
        TarWriter.JSON
            .createObjectNode()
            .put("@type", "cr:Field")
            .put("@id", split + "/" + column.getName())
            .put("name", column.getName())
            .put("dataType", dataType(column.asPrimitiveType().getPrimitiveTypeName()));
    ObjectNode source = field.putObject("source");
    source.putObject("fileSet").put("@id", split + "-index");
    source.putObject("extract").put("column", column.getName());
    return field;
  }

  private static String dataType(PrimitiveTypeName type) {
    return switch (type) {
      case INT32, INT64 -> "sc:Integer";
      case BOOLEAN -> "sc:Boolean";
      case DOUBLE -> "sc:Float";
      default -> "sc:Text";
    };
  }
}

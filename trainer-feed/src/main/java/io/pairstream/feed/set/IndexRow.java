package io.pairstream.feed.set;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.feed.set.TarSample.Member;
import java.io.IOException;
import java.util.List;

/** Rows of an index: projections of the rows of its tar, and of nothing else. */
final class IndexRow {

  /**
   * Names of the fields that an erased row keeps: they identify no one, and conditions ask them.
   */
  static final List<String> KEPT =
      List.of(
          "language",
          "source_kind",
          "split",
          "fold",
          "width",
          "height",
          "channels",
          "token_count",
          "truncated",
          "measures",
          "answers",
          "picture");

  private IndexRow() {}

  /**
   * The row of a sample, whose fields are named as the index's columns.
   *
   * @param uri key of the tar
   * @throws IOException where the tar lacks a picture of the sample
   */
  static ObjectNode of(TarSample sample, String uri) throws IOException {
    ObjectNode row = sample.fields().deepCopy();
    ObjectNode picture = row.putObject("picture").put("uri", uri);
    if (sample.isErased()) {
      picture.setAll((ObjectNode) sample.fields().path("picture"));
    } else {
      picture.setAll(file(sample, ""));
      picture.put("checksum", "sha256:" + member(sample, "").sha256());
      ArrayNode renditions = JsonNodeFactory.instance.arrayNode();
      for (JsonNode one : sample.fields().path("renditions")) {
        renditions.add(
            ((ObjectNode) one.deepCopy()).setAll(file(sample, one.path("name").asText())));
      }
      row.set("renditions", renditions);
    }
    row.putObject("sample")
        .put("offset", sample.begin())
        .put("size", sample.end() - sample.begin());
    return row;
  }

  /** Fields of a pair that its row keeps when its bytes are erased, as JSON. */
  static byte[] kept(TarSample sample) throws IOException {
    ObjectNode kept = sample.fields().objectNode();
    KEPT.forEach(name -> kept.set(name, sample.fields().get(name)));
    kept.set("picture", file(sample, ""));
    return TarWriter.JSON.writeValueAsBytes(kept);
  }

  private static ObjectNode file(TarSample sample, String name) throws IOException {
    Member member = member(sample, name);
    return sample
        .fields()
        .objectNode()
        .put("offset", member.offset())
        .put("size", member.size())
        .put("content_type", PictureFile.mediaType(member.name()));
  }

  private static Member member(TarSample sample, String name) throws IOException {
    return sample
        .picture(name)
        .orElseThrow(
            () ->
                new IOException(
                    "the pair %s has no picture%s"
                        .formatted(sample.key(), name.isEmpty() ? "" : " " + name)));
  }
}

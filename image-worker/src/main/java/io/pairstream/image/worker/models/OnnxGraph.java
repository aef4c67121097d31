package io.pairstream.image.worker.models;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.bytedeco.javacpp.BytePointer;

/**
 * A model's file, read as far as it takes to run a part of it.
 *
 * <p>Numbers of fields are those of <a
 * href="https://github.com/onnx/onnx/blob/main/onnx/onnx.proto">onnx.proto</a>.
 */
final class OnnxGraph {

  private static final int GRAPH_OF_MODEL = 7;
  private static final int NODE = 1;
  private static final int INITIALIZER = 5;
  private static final int INPUT = 11;
  private static final int OUTPUT = 12;
  private static final int INPUT_OF_NODE = 1;
  private static final int OUTPUT_OF_NODE = 2;
  private static final int ATTRIBUTE_OF_NODE = 5;
  private static final int GRAPH_OF_ATTRIBUTE = 6;
  private static final int GRAPHS_OF_ATTRIBUTE = 11;
  private static final int NAME_OF_VALUE = 1;
  private static final int NAME_OF_TENSOR = 8;

  private static final int VARINT = 0;
  private static final int EIGHT_BYTES = 1;
  private static final int LENGTH_AND_BYTES = 2;
  private static final int FOUR_BYTES = 5;

  private static final int EXTERNAL_DATA = 13;
  private static final int KEY = 1;
  private static final int VALUE = 2;

  /** How deep messages may lie in each other; the runtime reads as deep. */
  private static final int MOST_LEVELS = 100;

  /** Messages in which tensors can lie, and what lies in them, by the number of the field. */
  private enum Part {
    MODEL,
    TRAINING,
    GRAPH,
    FUNCTION,
    NODE,
    ATTRIBUTE,
    SPARSE,
    TENSOR;

    Map<Integer, Part> parts() {
      return switch (this) {
        case MODEL -> Map.of(7, GRAPH, 20, TRAINING, 25, FUNCTION);
        case TRAINING -> Map.of(1, GRAPH, 2, GRAPH);
        case GRAPH -> Map.of(1, NODE, 5, TENSOR, 15, SPARSE);
        case FUNCTION -> Map.of(7, NODE, 11, ATTRIBUTE);
        case NODE -> Map.of(5, ATTRIBUTE);
        case ATTRIBUTE ->
            Map.of(5, TENSOR, 6, GRAPH, 10, TENSOR, 11, GRAPH, 22, SPARSE, 23, SPARSE);
        case SPARSE -> Map.of(1, TENSOR, 2, TENSOR);
        case TENSOR -> Map.of();
      };
    }
  }

  private final List<Field> model;
  private final List<Field> graph = new ArrayList<>();

  /**
   * @param file the model's; not changed
   * @throws IllegalArgumentException where it is no model
   */
  OnnxGraph(ByteBuffer file) {
    model = fields(file);
    each(model, GRAPH_OF_MODEL, field -> graph.addAll(fields(field.content())));
    if (graph.isEmpty()) {
      throw new IllegalArgumentException("the file is no ONNX model: it has no graph");
    }
  }

  /**
   * A field of a message.
   *
   * @param whole all bytes of it
   * @param content the bytes behind its length; empty for a field without one
   */
  private record Field(int number, ByteBuffer whole, ByteBuffer content) {

    String text() {
      return StandardCharsets.UTF_8.decode(content.duplicate()).toString();
    }
  }

  private static List<Field> fields(ByteBuffer message) {
    ByteBuffer in = message.duplicate();
    List<Field> fields = new ArrayList<>();
    try {
      while (in.hasRemaining()) {
        int start = in.position();
        long key = varint(in);
        int length = 0;
        switch ((int) key & 7) {
          case VARINT -> varint(in);
          case EIGHT_BYTES -> in.position(in.position() + 8);
          case FOUR_BYTES -> in.position(in.position() + 4);
          case LENGTH_AND_BYTES -> {
            length = Math.toIntExact(varint(in));
            in.position(in.position() + length);
          }
          default -> throw new IllegalArgumentException("the file is no ONNX model");
        }
        ByteBuffer whole = in.duplicate().position(start).limit(in.position());
        fields.add(
            new Field((int) key >>> 3, whole, whole.duplicate().position(in.position() - length)));
      }
    } catch (RuntimeException e) {
      throw new IllegalArgumentException("the file is no ONNX model, or not a whole one", e);
    }
    return fields;
  }

  private static long varint(ByteBuffer in) {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      byte next = in.get();
      value |= (long) (next & 0x7F) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new IllegalArgumentException("a number without end");
  }

  private static void each(List<Field> fields, int number, Consumer<Field> visitor) {
    fields.stream().filter(field -> field.number() == number).forEach(visitor);
  }

  private static Set<String> texts(List<Field> message, int number) {
    Set<String> texts = new LinkedHashSet<>();
    each(message, number, field -> texts.add(field.text()));
    return texts;
  }

  private static String name(Field field, int number) {
    return String.join("", texts(fields(field.content()), number));
  }

  /** Files in which tensors of the model say that their numbers are, wherever they lie in it. */
  Set<String> weightFiles() {
    Set<String> files = new LinkedHashSet<>();
    addFiles(Part.MODEL, model, 0, files);
    return files;
  }

  private static void addFiles(Part part, List<Field> message, int level, Set<String> files) {
    if (level > MOST_LEVELS) {
      throw new IllegalArgumentException("the model's graphs lie too deep in each other");
    }
    for (Field field : message) {
      Part inner = part.parts().get(field.number());
      if (inner != null) {
        addFiles(inner, fields(field.content()), level + 1, files);
      } else if (part == Part.TENSOR && field.number() == EXTERNAL_DATA) {
        List<Field> entry = fields(field.content());
        if (texts(entry, KEY).contains("location")) {
          files.addAll(texts(entry, VALUE));
        }
      }
    }
  }

  /** Names of the outputs, in their order. */
  Set<String> outputs() {
    Set<String> names = new LinkedHashSet<>();
    each(graph, OUTPUT, output -> names.add(name(output, NAME_OF_VALUE)));
    return names;
  }

  /**
   * The model without what these tensors do not need; they are its outputs. The caller frees it.
   *
   * @throws IllegalArgumentException where no node makes one of them
   */
  BytePointer cut(Set<String> tensors) {
    Set<String> needed = new HashSet<>(tensors);
    Set<Field> nodes = neededNodes(needed);
    List<ByteBuffer> parts = new ArrayList<>();
    for (Field field : graph) {
      boolean kept =
          switch (field.number()) {
            case NODE -> nodes.contains(field);
            case INITIALIZER -> needed.contains(name(field, NAME_OF_TENSOR));
            case INPUT -> needed.contains(name(field, NAME_OF_VALUE));
            case OUTPUT -> false;
            default -> true;
          };
      if (kept) {
        parts.add(field.whole());
      }
    }
    // Without a type, which the runtime finds out.
    tensors.forEach(name -> parts.add(field(OUTPUT, field(NAME_OF_VALUE, utf8(name)))));
    long bytes = parts.stream().mapToLong(ByteBuffer::remaining).sum();
    List<ByteBuffer> whole = new ArrayList<>();
    model.stream()
        .filter(field -> field.number() != GRAPH_OF_MODEL)
        .forEach(field -> whole.add(field.whole()));
    whole.add(header(GRAPH_OF_MODEL, bytes));
    whole.addAll(parts);
    BytePointer cut = new BytePointer(whole.stream().mapToLong(ByteBuffer::remaining).sum());
    ByteBuffer to = cut.asByteBuffer();
    whole.forEach(part -> to.put(part.duplicate()));
    return cut;
  }

  /** The nodes on the way to what is needed, to which what they need is added. */
  private Set<Field> neededNodes(Set<String> needed) {
    Set<String> missing = new HashSet<>(needed);
    Set<Field> kept = new HashSet<>();
    // Nodes stand in the order in which they can run.
    for (int i = graph.size() - 1; i >= 0; i--) {
      Field field = graph.get(i);
      if (field.number() == NODE) {
        List<Field> node = fields(field.content());
        Set<String> made = texts(node, OUTPUT_OF_NODE);
        missing.removeAll(made);
        if (made.stream().anyMatch(needed::contains)) {
          kept.add(field);
          addInputs(node, needed);
        }
      }
    }
    if (!missing.isEmpty()) {
      throw new IllegalArgumentException(
          "no node of the graph makes " + missing + "; its outputs are " + outputs());
    }
    return kept;
  }

  /** Adds what a node reads, and what the graphs inside it read. */
  private static void addInputs(List<Field> node, Set<String> needed) {
    needed.addAll(texts(node, INPUT_OF_NODE));
    each(
        node,
        ATTRIBUTE_OF_NODE,
        attribute -> {
          for (Field part : fields(attribute.content())) {
            if (part.number() == GRAPH_OF_ATTRIBUTE || part.number() == GRAPHS_OF_ATTRIBUTE) {
              each(
                  fields(part.content()),
                  NODE,
                  inner -> addInputs(fields(inner.content()), needed));
            }
          }
        });
  }

  private static ByteBuffer utf8(String text) {
    return StandardCharsets.UTF_8.encode(text);
  }

  private static ByteBuffer header(int number, long length) {
    ByteBuffer header = ByteBuffer.allocate(20).put((byte) (number << 3 | LENGTH_AND_BYTES));
    long rest = length;
    while (rest > 0x7F) {
      header.put((byte) ((rest & 0x7F) | 0x80));
      rest >>>= 7;
    }
    return header.put((byte) rest).flip();
  }

  private static ByteBuffer field(int number, ByteBuffer content) {
    return ByteBuffer.allocate(20 + content.remaining())
        .put(header(number, content.remaining()))
        .put(content)
        .flip();
  }
}

package io.pairstream.cleaning.onnx;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The inputs and outputs of a model, by the words of its file: the protocol buffer {@code
 * onnx.ModelProto} (github.com/onnx/onnx, onnx/onnx.proto). Weights are passed over, not read.
 *
 * @param inputs what the model must be given; not its own weights, which old files list too
 * @param outputs what it answers
 */
public record OnnxModel(List<Tensor> inputs, List<Tensor> outputs) {

  private static final int MODEL_GRAPH = 7;
  private static final int GRAPH_INITIALIZER = 5;
  private static final int GRAPH_INPUT = 11;
  private static final int GRAPH_OUTPUT = 12;
  private static final int INITIALIZER_NAME = 8;
  private static final int INITIALIZER_LOCATION = 14;
  private static final int EXTERNAL = 1;
  private static final int VALUE_NAME = 1;
  private static final int VALUE_TYPE = 2;
  private static final int TYPE_TENSOR = 1;
  private static final int TENSOR_ELEMENT = 1;
  private static final int TENSOR_SHAPE = 2;
  private static final int SHAPE_DIMENSION = 1;
  private static final int DIMENSION_VALUE = 1;

  public OnnxModel {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
  }

  /**
   * Reads a model file.
   *
   * @throws IOException if it cannot be read or is no model
   */
  public static OnnxModel read(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      if (channel.size() > Integer.MAX_VALUE) {
        throw new IOException("a model file has at most 2 GiB");
      }
      return read(channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size()));
    }
  }

  static OnnxModel read(ByteBuffer bytes) throws IOException {
    ProtoFields fields = new ProtoFields(bytes);
    List<Tensor> inputs = new ArrayList<>();
    List<Tensor> outputs = new ArrayList<>();
    Set<String> weights = new HashSet<>();
    boolean found = false;
    while (fields.next()) {
      if (fields.number() == MODEL_GRAPH && !found) {
        found = true;
        ProtoFields graph = fields.message();
        while (graph.next()) {
          switch (graph.number()) {
            case GRAPH_INITIALIZER -> weights.add(nameOfWeights(graph.message()));
            case GRAPH_INPUT -> inputs.add(tensor(graph.message()));
            case GRAPH_OUTPUT -> outputs.add(tensor(graph.message()));
            default -> {}
          }
        }
      }
    }
    inputs.removeIf(input -> weights.contains(input.name()));
    if (outputs.isEmpty()) {
      throw new IOException("it is no ONNX model: it declares no output");
    }
    return new OnnxModel(inputs, outputs);
  }

  private static String nameOfWeights(ProtoFields fields) throws IOException {
    String name = "";
    while (fields.next()) {
      if (fields.number() == INITIALIZER_NAME) {
        name = fields.text();
      } else if (fields.number() == INITIALIZER_LOCATION && fields.value() == EXTERNAL) {
        throw new IOException("its weights are in another file; save it as one file");
      }
    }
    return name;
  }

  private static Tensor tensor(ProtoFields fields) throws IOException {
    String name = "";
    Tensor tensor = new Tensor("", 0, List.of());
    while (fields.next()) {
      if (fields.number() == VALUE_NAME) {
        name = fields.text();
      } else if (fields.number() == VALUE_TYPE) {
        ProtoFields type = fields.message();
        while (type.next()) {
          if (type.number() == TYPE_TENSOR) {
            tensor = tensorType(type.message());
          }
        }
      }
    }
    return new Tensor(name, tensor.elementType(), tensor.shape());
  }

  private static Tensor tensorType(ProtoFields fields) throws IOException {
    int elementType = 0;
    List<Long> shape = new ArrayList<>();
    while (fields.next()) {
      if (fields.number() == TENSOR_ELEMENT) {
        elementType = (int) fields.value();
      } else if (fields.number() == TENSOR_SHAPE) {
        ProtoFields dimensions = fields.message();
        while (dimensions.next()) {
          if (dimensions.number() == SHAPE_DIMENSION) {
            shape.add(dimension(dimensions.message()));
          }
        }
      }
    }
    return new Tensor("", elementType, shape);
  }

  private static long dimension(ProtoFields fields) throws IOException {
    long dimension = Tensor.ANY;
    while (fields.next()) {
      if (fields.number() == DIMENSION_VALUE) {
        dimension = fields.value();
      }
    }
    return dimension;
  }

  /**
   * One input or output.
   *
   * @param elementType number of the type in {@code onnx.TensorProto.DataType}; 0 where it is no
   *     tensor
   * @param shape the length of each dimension; {@link #ANY} where the model takes any
   */
  public record Tensor(String name, int elementType, List<Long> shape) {

    /** A dimension that the file leaves open. */
    public static final long ANY = -1;

    public static final int FLOAT32 = 1;
    public static final int INT32 = 6;
    public static final int INT64 = 7;

    public Tensor {
      shape = List.copyOf(shape);
    }

    /** Whether values of this shape fit. */
    public boolean takes(List<Long> wanted) {
      if (shape.size() != wanted.size()) {
        return false;
      }
      for (int i = 0; i < shape.size(); i++) {
        if (shape.get(i) != ANY && !shape.get(i).equals(wanted.get(i))) {
          return false;
        }
      }
      return true;
    }
  }
}

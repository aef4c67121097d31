package io.pairstream.image.model;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;

/**
 * Models whose weights lie where one likes, field by field as <a
 * href="https://github.com/onnx/onnx/blob/main/onnx/onnx.proto">onnx.proto</a> numbers them. They
 * take {@code pixels} and give, as {@code score} and inside as {@code sum}, the mean of the pixels
 * plus each of {@link #WEIGHTS} weights, which are bytes.
 */
public final class OnnxBytes {

  public static final int WEIGHTS = 16;

  private static final int FLOAT = 1;
  private static final int UINT8 = 2;
  private static final int BOOL = 9;

  private OnnxBytes() {}

  /** Places of a tensor of which the numbers are outside. */
  public enum Place {
    WEIGHTS,
    NESTED,
    CONSTANT,
    SPARSE
  }

  /** A message of fields, each a number and what is in it: a number, a text or a message. */
  public static byte[] message(Object... numbersAndContents) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < numbersAndContents.length; i += 2) {
      int number = (Integer) numbersAndContents[i];
      Object content = numbersAndContents[i + 1];
      if (content instanceof Integer varint) {
        varint(number << 3, out);
        varint(varint, out);
      } else {
        byte[] bytes =
            content instanceof String text
                ? text.getBytes(StandardCharsets.UTF_8)
                : (byte[]) content;
        varint(number << 3 | 2, out);
        varint(bytes.length, out);
        out.writeBytes(bytes);
      }
    }
    return out.toByteArray();
  }

  private static void varint(int number, ByteArrayOutputStream out) {
    int rest = number;
    for (; rest > 0x7F; rest >>>= 7) {
      out.write(rest | 0x80);
    }
    out.write(rest);
  }

  private static byte[] node(String operator, String input, String output, Object... further) {
    Object[] usual = {1, input, 2, output, 4, operator};
    return message(
        Stream.concat(Arrays.stream(usual), Arrays.stream(further)).toArray(Object[]::new));
  }

  private static byte[] attribute(String name, int field, Object value, int type) {
    return message(1, name, field, value, 20, type);
  }

  private static byte[] value(String name, int type, int... sides) {
    Object[] dimensions = new Object[2 * sides.length];
    for (int i = 0; i < sides.length; i++) {
      dimensions[2 * i] = 1;
      dimensions[2 * i + 1] = message(1, sides[i]);
    }
    return message(1, name, 2, message(1, message(1, type, 2, message(dimensions))));
  }

  /** A tensor whose numbers are in a file. */
  public static byte[] external(String name, String file) {
    return tensor(name, 13, message(1, "location", 2, file), 14, 1);
  }

  /** A tensor of {@link #WEIGHTS} bytes, which are said by further fields. */
  public static byte[] tensor(String name, Object... numbers) {
    Object[] usual = {1, WEIGHTS, 2, UINT8, 8, name};
    return message(
        Stream.concat(Arrays.stream(usual), Arrays.stream(numbers)).toArray(Object[]::new));
  }

  /** A model with its weights in a file. */
  public static byte[] model(Place place, String file) {
    byte[] weights = external("w", file);
    byte[] inner =
        message(1, node("Identity", "w", "w2"), 2, "inner", 5, weights, 12, value("w2", UINT8, 16));
    byte[] one = message(1, 1, 2, FLOAT, 8, "", 13, message(1, "location", 2, file), 14, 1);
    byte[] sparse = message(1, one, 2, message(1, 1, 2, 7, 7, new byte[] {0}), 3, 1);
    return switch (place) {
      case WEIGHTS -> model(5, weights);
      case NESTED ->
          model(
              5,
              message(2, BOOL, 8, "yes", 5, new byte[] {1}),
              1,
              node(
                  "If",
                  "yes",
                  "w",
                  5,
                  attribute("then_branch", 6, inner, 5),
                  5,
                  attribute("else_branch", 6, inner, 5)));
      case CONSTANT ->
          model(1, message(2, "w", 4, "Constant", 5, attribute("value", 5, weights, 4)));
      case SPARSE -> model(15, sparse, 5, tensor("w", 9, new byte[WEIGHTS]));
    };
  }

  /**
   * A model with its weights inside.
   *
   * @param ir version of the format
   * @param opset version of the operators
   * @param domain of the operator that gives the score; empty for the usual one
   * @param type of the score; 1 for float32, 10 for float16
   */
  public static byte[] model(int ir, int opset, String domain, int type) {
    return whole(ir, opset, domain, type, 5, tensor("w", 9, new byte[WEIGHTS]));
  }

  /** A model with further fields in its graph, which make {@code w}. */
  public static byte[] model(Object... graph) {
    return whole(8, 13, "", FLOAT, graph);
  }

  private static byte[] whole(int ir, int opset, String domain, int type, Object... graph) {
    Object[] usual = {
      2, "graph",
      11, value("pixels", FLOAT, 1, 3, 8, 8),
      12, value("score", type, 1, 1, 1, WEIGHTS),
    };
    Object[] last = {
      1, node("ReduceMean", "pixels", "mean"),
      1, node("Cast", "w", "weights", 5, attribute("to", 3, FLOAT, 2)),
      1, message(1, "mean", 1, "weights", 2, "sum", 4, "Add"),
      1, node("Cast", "sum", "cast", 5, attribute("to", 3, type, 2)),
      1, node("Identity", "cast", "score", 7, domain),
    };
    Object[] whole = Stream.of(usual, graph, last).flatMap(Arrays::stream).toArray(Object[]::new);
    byte[] further = message(1, "com.microsoft", 2, 1);
    return message(1, ir, 7, message(whole), 8, message(2, opset), 8, further);
  }
}

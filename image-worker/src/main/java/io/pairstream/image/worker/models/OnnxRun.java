package io.pairstream.image.worker.models;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.onnxruntime.IoBinding;
import org.bytedeco.onnxruntime.LongVector;
import org.bytedeco.onnxruntime.RunOptions;
import org.bytedeco.onnxruntime.Session;
import org.bytedeco.onnxruntime.StringVector;
import org.bytedeco.onnxruntime.TensorTypeAndShapeInfo;
import org.bytedeco.onnxruntime.Value;
import org.bytedeco.onnxruntime.global.onnxruntime;

/** A graph of which one output is taken, float32, and which ONNX Runtime runs. */
final class OnnxRun {

  private final String file;
  private final Session session;
  private final Set<String> inputs;
  private final String output;
  private final OnnxRuntime runtime;

  /**
   * Loads a graph with one input, whose first output is taken. The graph stays until the process
   * ends, so no {@code PointerScope} may be open.
   *
   * @throws RuntimeException where it cannot be loaded, or has more inputs
   */
  OnnxRun(String file, OnnxRuntime runtime) {
    this.file = file;
    this.runtime = runtime;
    session = runtime.session(file, Set.of());
    inputs = names(session.GetInputNames());
    if (inputs.size() != 1) {
      throw new IllegalArgumentException(
          "%s has %d inputs; a graph for text has one".formatted(file, inputs.size()));
    }
    output = session.GetOutputNames().get(0).getString();
  }

  /**
   * Loads a graph with these inputs and this output, among others; as the other one does.
   *
   * @throws RuntimeException where it cannot be loaded, or has others
   */
  OnnxRun(String file, Set<String> inputs, String output, OnnxRuntime runtime) {
    this.file = file;
    this.runtime = runtime;
    this.inputs = new TreeSet<>(inputs);
    this.output = output;
    session = runtime.session(file, Set.of());
    Set<String> taken = names(session.GetInputNames());
    Set<String> given = names(session.GetOutputNames());
    if (!taken.equals(this.inputs)) {
      throw new IllegalArgumentException(
          "the card names the inputs %s of %s, which takes %s".formatted(this.inputs, file, taken));
    }
    if (!given.contains(output)) {
      throw new IllegalArgumentException(
          "the card names the output %s of %s, which gives %s".formatted(output, file, given));
    }
  }

  private static Set<String> names(StringVector names) {
    Set<String> texts = new TreeSet<>();
    for (long i = 0; i < names.size(); i++) {
      texts.add(names.get(i).getString());
    }
    return texts;
  }

  /**
   * Numbers that the graph gives, in native memory of the caller's {@code PointerScope}.
   *
   * @param shape its dimensions; at least one
   * @param count how many there are
   */
  record Result(FloatPointer numbers, List<Long> shape, long count) {

    /** The last dimension. */
    int last() {
      return Math.toIntExact(shape.get(shape.size() - 1));
    }
  }

  /** Runs a graph with one input on a tensor of this shape. */
  Result run(FloatPointer numbers, long... shape) {
    return run(Map.of(inputs.iterator().next(), runtime.floats(numbers, shape)));
  }

  /** Runs the graph on tensors, one for each of its inputs. */
  Result run(Map<String, Value> tensors) {
    IoBinding binding = new IoBinding(session);
    tensors.forEach(binding::BindInput);
    binding.BindOutput(output, runtime.memory());
    session.Run(new RunOptions(), binding);
    Value value = binding.GetOutputValues().get(0);
    TensorTypeAndShapeInfo info = value.GetTensorTypeAndShapeInfo();
    LongVector dimensions = info.GetShape();
    if (info.GetElementType() != onnxruntime.ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT
        || dimensions.size() == 0) {
      throw new IllegalArgumentException(file + " gives something else than float32 tensors");
    }
    return new Result(
        value.GetTensorMutableDataFloat(),
        LongStream.range(0, dimensions.size()).mapToObj(dimensions::get).toList(),
        info.GetElementCount());
  }
}

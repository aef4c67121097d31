package io.pairstream.image.worker;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.onnxruntime.IoBinding;
import org.bytedeco.onnxruntime.LongVector;
import org.bytedeco.onnxruntime.RunOptions;
import org.bytedeco.onnxruntime.Session;
import org.bytedeco.onnxruntime.TensorTypeAndShapeInfo;
import org.bytedeco.onnxruntime.Value;
import org.bytedeco.onnxruntime.global.onnxruntime;

/** A graph with one input and one output, both float32, which ONNX Runtime runs. */
final class OnnxRun {

  private final String file;
  private final Session session;
  private final String input;
  private final String output;
  private final OnnxRuntime runtime = new OnnxRuntime();

  /**
   * Loads the graph, which stays until the process ends, so no {@code PointerScope} may be open.
   *
   * @throws RuntimeException where it cannot be loaded, or has more inputs
   */
  OnnxRun(String file, int threads) {
    this.file = file;
    session = new Session(runtime.env(), new BytePointer(file), OnnxRuntime.options(threads));
    if (session.GetInputCount() != 1) {
      throw new IllegalArgumentException(
          "%s has %d inputs; a graph for text has one".formatted(file, session.GetInputCount()));
    }
    input = session.GetInputNames().get(0).getString();
    output = session.GetOutputNames().get(0).getString();
  }

  /**
   * Numbers that the graph gives, in native memory of the caller's {@code PointerScope}.
   *
   * @param last its last dimension
   * @param count how many there are
   */
  record Result(FloatPointer numbers, int last, long count) {}

  /** Runs the graph on a tensor of this shape. */
  Result run(FloatPointer numbers, long... shape) {
    IoBinding binding = new IoBinding(session);
    binding.BindInput(
        input,
        Value.CreateTensorFloat(
            runtime.memory(), numbers, numbers.limit(), new LongPointer(shape), shape.length));
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
        Math.toIntExact(dimensions.get(dimensions.size() - 1)),
        info.GetElementCount());
  }
}

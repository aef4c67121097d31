package io.pairstream.image.worker;

import io.pairstream.image.model.Failure;
import io.pairstream.image.protocol.ModelProtocol.ItemReply;
import org.bytedeco.onnxruntime.Env;
import org.bytedeco.onnxruntime.MemoryInfo;
import org.bytedeco.onnxruntime.OrtMemoryInfo;
import org.bytedeco.onnxruntime.SessionOptions;
import org.bytedeco.onnxruntime.global.onnxruntime;

/**
 * ONNX Runtime's environment and memory, to which sessions and tensors point. Whoever has a session
 * keeps this: JavaCPP frees what nobody has a reference to. No {@code PointerScope} may be open
 * when it is made.
 */
final class OnnxRuntime {

  private final Env env = new Env(onnxruntime.ORT_LOGGING_LEVEL_FATAL, "model");
  private final MemoryInfo memory =
      MemoryInfo.CreateCpu(onnxruntime.OrtDeviceAllocator, onnxruntime.OrtMemTypeDefault);

  Env env() {
    return env;
  }

  OrtMemoryInfo memory() {
    return memory.asOrtMemoryInfo();
  }

  /** A question over which ONNX Runtime threw this. */
  static ItemReply failed(RuntimeException e) {
    String message = String.valueOf(e.getMessage());
    boolean memory = message.contains("bad_alloc") || message.contains("allocate memory");
    return ItemReply.failed(memory ? Failure.OVER_BUDGET : Failure.REFUSED, message);
  }

  /** How sessions run here. */
  static SessionOptions options(int threads) {
    SessionOptions options = new SessionOptions();
    options.SetIntraOpNumThreads(threads);
    options.SetInterOpNumThreads(1);
    // An arena would keep the most that any batch ever took.
    options.DisableCpuMemArena();
    return options;
  }
}

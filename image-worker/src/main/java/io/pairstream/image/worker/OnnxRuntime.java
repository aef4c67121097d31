package io.pairstream.image.worker;

import io.pairstream.image.model.Failure;
import io.pairstream.image.protocol.ModelProtocol.ItemReply;
import io.pairstream.image.protocol.ModelProtocol.Plan;
import java.nio.file.Path;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.onnxruntime.Env;
import org.bytedeco.onnxruntime.MemoryInfo;
import org.bytedeco.onnxruntime.OrtCUDAProviderOptions;
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

  /** Returns why ONNX Runtime's part for CUDA cannot be linked, which the runtime does not say. */
  private static String missing(RuntimeException otherwise) {
    String binding = Loader.getLoadedLibraries().get("jnionnxruntime");
    String part = Path.of(binding).resolveSibling("libonnxruntime_providers_cuda.so").toString();
    try {
      System.load(part);
      return String.valueOf(otherwise.getMessage());
    } catch (UnsatisfiedLinkError e) {
      return String.valueOf(e.getMessage()).replace(part + ": ", "");
    }
  }

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

  /**
   * How sessions run here.
   *
   * @throws RuntimeException where a GPU is asked for and cannot be used
   */
  static SessionOptions options(Plan plan) {
    SessionOptions options = new SessionOptions();
    if (plan.cuda()) {
      OrtCUDAProviderOptions gpu = new OrtCUDAProviderOptions();
      // Trying all ways of a convolution out takes seconds, and each process may find another.
      gpu.cudnn_conv_algo_search(onnxruntime.OrtCudnnConvAlgoSearchHeuristic);
      try {
        options.AppendExecutionProvider_CUDA(gpu);
      } catch (RuntimeException e) {
        throw new IllegalStateException("CUDA cannot be used: " + missing(e), e);
      }
    }
    options.SetIntraOpNumThreads(plan.threads());
    options.SetInterOpNumThreads(1);
    // An arena would keep the most that any batch ever took.
    options.DisableCpuMemArena();
    return options;
  }
}

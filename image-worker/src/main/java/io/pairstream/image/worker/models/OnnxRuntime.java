package io.pairstream.image.worker.models;

import io.pairstream.cleaning.ClassPathFile;
import io.pairstream.image.plan.ModelPlan;
import io.pairstream.image.protocol.Failure;
import io.pairstream.image.protocol.ModelProtocol.NoAnswer;
import java.util.Set;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;
import org.bytedeco.onnxruntime.Env;
import org.bytedeco.onnxruntime.MemoryInfo;
import org.bytedeco.onnxruntime.OrtMemoryInfo;
import org.bytedeco.onnxruntime.OrtStatus;
import org.bytedeco.onnxruntime.Session;
import org.bytedeco.onnxruntime.SessionOptions;
import org.bytedeco.onnxruntime.ThreadingOptions;
import org.bytedeco.onnxruntime.Value;
import org.bytedeco.onnxruntime.global.onnxruntime;

/**
 * ONNX Runtime's environment, threads and memory, to which sessions and tensors point. The owner of
 * a session keeps this: JavaCPP frees what is no longer referenced. No {@code PointerScope} may be
 * open when it is made.
 */
final class OnnxRuntime {

  /** A model that gives what it is given: {@code float32 [1]}. */
  private static final String OWN_MODEL = "/io/pairstream/image/self-test.onnx";

  private final ModelFiles files;
  private final Env env;
  private final MemoryInfo memory =
      MemoryInfo.CreateCpu(onnxruntime.OrtDeviceAllocator, onnxruntime.OrtMemTypeDefault);

  /**
   * Starts the threads of all sessions, and loads a model of our own, so that nothing is left to be
   * opened or started when a stranger's is loaded.
   */
  OnnxRuntime(ModelPlan plan, ModelFiles files) {
    this.files = files;
    ThreadingOptions threads = new ThreadingOptions();
    threads.SetGlobalIntraOpNumThreads(plan.threads()).SetGlobalInterOpNumThreads(1);
    env = new Env(threads.asOrtThreadingOptions(), onnxruntime.ORT_LOGGING_LEVEL_FATAL, "model");
    byte[] model = ClassPathFile.bytes(OnnxRuntime.class, OWN_MODEL);
    var unused = new Session(env, new BytePointer(model), model.length, options());
  }

  /**
   * Loads a graph of the plan's files, which stays until the process ends, so no {@code
   * PointerScope} may be open.
   *
   * @param tensors what is taken of it: of a graph in which they are inside, the part that makes
   *     them is loaded; none for its outputs
   * @throws RuntimeException where it cannot be loaded, or keeps weights in files that the plan has
   *     not; the message says why
   */
  Session session(String file, Set<String> tensors) {
    OnnxGraph graph = new OnnxGraph(files.buffer(file));
    SessionOptions options = options();
    for (String name : graph.weightFiles()) {
      BytePointer weights = files.of(name);
      if (weights == null) {
        throw new IllegalArgumentException(
            "its weights are in the file '%s' too, which the card does not name: add it as in \"weights: {all: {file: %s}}\""
                .formatted(name, name));
      }
      OrtStatus fault =
          onnxruntime.GetApi()
              .AddExternalInitializersFromFilesInMemory(
                  options.asOrtSessionOptions(),
                  new PointerPointer<>(name),
                  new PointerPointer<>(1).put(weights),
                  new SizeTPointer(1).put(weights.limit()),
                  1);
      if (fault != null && !fault.isNull()) {
        throw new IllegalStateException("the runtime takes no weights from memory");
      }
    }
    try {
      if (graph.outputs().containsAll(tensors)) {
        BytePointer whole = files.of(file);
        return new Session(env, whole, whole.limit(), options);
      }
      try (BytePointer cut = graph.cut(tensors)) {
        return new Session(env, cut, cut.limit(), options);
      }
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(messageOf(e), e);
    }
  }

  OrtMemoryInfo memory() {
    return memory.asOrtMemoryInfo();
  }

  /** A tensor of the first numbers, in the caller's {@code PointerScope}. */
  Value floats(FloatPointer numbers, long... shape) {
    return Value.CreateTensorFloat(
        memory(),
        numbers,
        LongStream.of(shape).reduce(1, Math::multiplyExact),
        new LongPointer(shape),
        shape.length);
  }

  /** A tensor of these numbers, in the caller's {@code PointerScope}. */
  Value longs(long[] numbers, long... shape) {
    return Value.CreateTensorLong(
        memory(), new LongPointer(numbers), numbers.length, new LongPointer(shape), shape.length);
  }

  /** A question over which ONNX Runtime threw this. */
  static NoAnswer failed(RuntimeException e) {
    String message = messageOf(e);
    boolean memory = message.contains("bad_alloc") || message.contains("allocate memory");
    return new NoAnswer(memory ? Failure.OVER_BUDGET : Failure.REFUSED, message);
  }

  /** Words of the runtime, without the place in its code, and what to do about it. */
  private static String messageOf(RuntimeException e) {
    return String.valueOf(e.getMessage())
        .replaceFirst("(?s)^/\\S+:\\d+ .*?\\) (?=\\S)", "")
        .replaceFirst(
            "(?s).*model IR version: (\\d+), max supported IR version: (\\d+).*",
            "its IR version is $1, and $2 is the newest here: export it with an older onnx")
        .replaceFirst(
            "(?s).*Opset (\\d+) is under.* for domain (\\S+) is till opset (\\d+).*",
            "it has opset $1 of $2, and $3 is the newest here: export it with that")
        .replaceFirst(
            "(?s).*No Op registered for (\\S+) with domain_version of (\\d+).*",
            "its operator $1 is not known here in version $2: export it with ONNX's own operators")
        .replaceFirst(
            "(?s).*?(\\S+):(\\S+?)\\(-?\\d+\\) is not a registered function/op.*",
            "its operator $2 of $1 is not known here: export it with ONNX's own operators");
  }

  private static SessionOptions options() {
    SessionOptions options = new SessionOptions();
    options.DisablePerSessionThreads();
    // Its other format has other ways to name files.
    options.AddConfigEntry("session.load_model_format", "ONNX");
    // An arena would keep the most that any batch ever took.
    options.DisableCpuMemArena();
    return options;
  }
}

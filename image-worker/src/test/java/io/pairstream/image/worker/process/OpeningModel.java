package io.pairstream.image.worker.process;

import io.pairstream.image.worker.models.AskedModel;
import io.pairstream.image.worker.models.ModelLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.onnxruntime.Env;
import org.bytedeco.onnxruntime.Session;
import org.bytedeco.onnxruntime.SessionOptions;
import org.bytedeco.onnxruntime.global.onnxruntime;

/**
 * A model process that a model takes over as soon as it is loaded: says what it could open itself,
 * and whether ONNX Runtime loads the model, whatever files it names.
 */
public final class OpeningModel {

  private OpeningModel() {}

  /** Runs it, in the place of {@link ModelMain} and with its arguments. */
  public static void main(String[] args) throws IOException {
    System.setOut(System.err);
    Conversation.hold(
        args[0],
        args[2],
        new ModelMain.Answers() {
          @Override
          AskedModel loaded(ModelLoader loader) {
            throw new IllegalArgumentException(opened() + ", " + runtimeLoads(loader.file()));
          }
        });
  }

  private static String opened() {
    try {
      return Files.readString(Path.of("/etc/passwd"));
    } catch (IOException e) {
      return e.getMessage();
    }
  }

  private static String runtimeLoads(BytePointer model) {
    SessionOptions options = new SessionOptions();
    options.DisablePerSessionThreads();
    try {
      Env env = new Env(onnxruntime.ORT_LOGGING_LEVEL_FATAL, "model");
      return "loaded " + new Session(env, model, model.limit(), options).GetInputCount();
    } catch (RuntimeException e) {
      return "not loaded";
    }
  }
}

package io.pairstream.image.worker.models;

import io.pairstream.image.plan.CaptionWriting;
import io.pairstream.image.plan.CascadeDetection;
import io.pairstream.image.plan.GraphInputs;
import io.pairstream.image.plan.ModelPlan;
import io.pairstream.image.plan.ModelTask;
import io.pairstream.image.plan.PixelMaking;
import io.pairstream.image.plan.TextReading;
import java.io.IOException;
import java.util.stream.Stream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.ClassProperties;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.presets.opencv_objdetect;

/**
 * Loads a model in two steps, since a process whose system calls are filtered opens no file and no
 * library: the constructor opens all, {@link #load} is the first to look at a byte of the model.
 */
public final class ModelLoader {

  private static final Class<?> CASCADES = opencv_objdetect.class;

  /** Names of the libraries that the one of cascades needs, beside those of pictures. */
  private static final String OF_CASCADES = "opencv_(flann|features2d|calib3d|dnn|objdetect)@.*";

  private final ModelPlan plan;
  private final ModelFiles files;

  /** Null for a kind that another runtime runs. */
  private final OnnxRuntime onnx;

  /** Maps the plan's files into memory, and loads the libraries of its kind. */
  public ModelLoader(ModelPlan plan) throws IOException {
    this.plan = plan;
    files = new ModelFiles(plan);
    if (plan.task() instanceof CascadeDetection) {
      loadCascades();
      onnx = null;
    } else if (plan.task() instanceof PixelMaking) {
      onnx = null;
    } else {
      onnx = new OnnxRuntime(plan, files);
    }
  }

  /**
   * Loads the libraries of cascades. JavaCPP would load OpenCV's windows with them, which need GTK,
   * and few servers have that: it must load no more before the first class of a cascade.
   */
  public static void loadCascades() {
    Loader.load(opencv_imgcodecs.class);
    ClassProperties properties = Loader.loadProperties(CASCADES, Loader.loadProperties(), true);
    Stream.concat(
            properties.get("platform.link").stream().filter(name -> name.matches(OF_CASCADES)),
            properties.get("platform.library").stream())
        .forEach(
            name ->
                Loader.loadLibrary(CASCADES, Loader.findLibrary(CASCADES, properties, name), name));
  }

  /**
   * Loads the model, which stays until the process ends, so no {@code PointerScope} may be open.
   *
   * @throws RuntimeException where it cannot be loaded, or is another one than the card says
   */
  public AskedModel load() {
    ModelTask task = plan.task();
    if (task instanceof GraphInputs inputs) {
      return new OnnxModel(plan, inputs, onnx);
    } else if (task instanceof CascadeDetection detection) {
      return new CascadeModel(plan, detection, files);
    } else if (task instanceof TextReading reading) {
      return new TextModel(plan, reading, files, onnx);
    } else if (task instanceof PixelMaking making) {
      return new PixelMaker(making);
    }
    return new CaptionModel(plan, (CaptionWriting) task, onnx);
  }

  /** The model's own file in memory. */
  public BytePointer file() {
    return files.of(plan.file());
  }
}

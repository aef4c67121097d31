package io.pairstream.image.worker;

import io.pairstream.cleaning.image.ModelScore;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.onnxruntime.ConstTensorTypeAndShapeInfo;
import org.bytedeco.onnxruntime.IoBinding;
import org.bytedeco.onnxruntime.RunOptions;
import org.bytedeco.onnxruntime.Session;
import org.bytedeco.onnxruntime.StringVector;
import org.bytedeco.onnxruntime.Value;
import org.bytedeco.onnxruntime.global.onnxruntime;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.bytedeco.opencv.opencv_core.Size;

/**
 * Asks models what they think of a picture, by ONNX Runtime on one thread.
 *
 * <p>A model sees the centre square of the picture in RGB, as float32, and where it wants them the
 * caption's token ids.
 */
final class ModelScores {

  /** No model is asked, and no runtime is loaded. */
  static final ModelScores NONE = new ModelScores(List.of());

  private final List<Model> models;

  private ModelScores(List<Model> models) {
    this.models = models;
  }

  /**
   * Loads the models, and asks each of a black picture. They stay until the process ends, so no
   * {@code PointerScope} may be open.
   *
   * @throws IllegalStateException where one cannot be loaded, or takes or gives something else than
   *     the recipe says
   */
  static ModelScores of(List<ModelScore> scores) {
    if (scores.isEmpty()) {
      return NONE;
    }
    OnnxRuntime runtime = new OnnxRuntime();
    List<Model> models = new ArrayList<>();
    for (ModelScore score : scores) {
      try {
        Model model = new Model(score, runtime);
        model.rehearse();
        models.add(model);
      } catch (RuntimeException e) {
        throw new IllegalStateException(
            "the model of scores." + score.name() + " cannot be used: " + e.getMessage(), e);
      }
    }
    return new ModelScores(models);
  }

  boolean isEmpty() {
    return models.isEmpty();
  }

  /**
   * Each model's score, by its name among the measures. The caller's {@code PointerScope} frees
   * what this needs.
   *
   * @param bgr uint8 [height, width, 3], BGR
   * @param tokenIds the caption's; of the length that the models are made for
   * @throws ModelFailedException where a model cannot be run on this pair
   */
  Map<String, Double> of(Mat bgr, List<Integer> tokenIds) throws ModelFailedException {
    Map<String, Double> scores = new LinkedHashMap<>();
    for (Model model : models) {
      try {
        scores.put(model.score.measure(), model.run(bgr, tokenIds));
      } catch (RuntimeException e) {
        throw new ModelFailedException(
            "the model of scores." + model.score.name() + " fails: " + e.getMessage(), e);
      }
    }
    return scores;
  }

  /** A model that cannot be run on a pair: an id beyond its vocabulary, for example. */
  static final class ModelFailedException extends Exception {

    private static final long serialVersionUID = 1L;

    private ModelFailedException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  private static final class Model {

    private final ModelScore score;
    private final Session session;
    private final OnnxRuntime runtime;

    private final List<Input> inputs = new ArrayList<>();

    Model(ModelScore score, OnnxRuntime runtime) {
      this.score = score;
      this.runtime = runtime;
      session = new Session(runtime.env(), new BytePointer(score.model()), OnnxRuntime.options(1));
      StringVector names = session.GetInputNames();
      for (int i = 0; i < names.size(); i++) {
        ConstTensorTypeAndShapeInfo info = session.GetInputTypeInfo(i).GetTensorTypeAndShapeInfo();
        inputs.add(
            new Input(
                names.get(i).getString(), info.GetDimensionsCount() == 4, info.GetElementType()));
      }
    }

    private record Input(String name, boolean isPicture, int elementType) {}

    @SuppressWarnings("try") // the scope works by being open
    void rehearse() {
      int wanted = score.tokens() > 0 ? 2 : 1;
      if (inputs.size() != wanted || inputs.stream().filter(Input::isPicture).count() != 1) {
        throw new IllegalStateException(
            "it gets a picture and %s ids, and takes %s"
                .formatted(score.tokens(), inputs.stream().map(Input::name).toList()));
      }
      try (PointerScope scope = new PointerScope()) {
        Mat black = new Mat(score.sidePx(), score.sidePx(), opencv_core.CV_8UC3, Scalar.BLACK);
        run(black, Collections.nCopies(score.tokens(), 0));
      }
    }

    double run(Mat bgr, List<Integer> tokenIds) {
      IoBinding binding = new IoBinding(session);
      for (Input input : inputs) {
        Value value = input.isPicture() ? pixels(bgr) : ids(tokenIds, input);
        binding.BindInput(input.name(), value);
      }
      binding.BindOutput(session.GetOutputNames().get(0), runtime.memory());
      session.Run(new RunOptions(), binding);
      Value answer = binding.GetOutputValues().get(0);
      long numbers = answer.GetTensorTypeAndShapeInfo().GetElementCount();
      if (answer.GetTensorTypeAndShapeInfo().GetElementType()
          != onnxruntime.ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT) {
        throw new IllegalStateException("its answer is not float32");
      }
      if (score.output() >= numbers) {
        throw new IllegalStateException(
            "it answers " + numbers + " numbers, and output is " + score.output());
      }
      return answer.GetTensorMutableDataFloat().get(score.output());
    }

    private Value ids(List<Integer> tokenIds, Input input) {
      if (tokenIds.size() != score.tokens()) {
        throw new IllegalStateException(
            "it needs " + score.tokens() + " token ids and gets " + tokenIds.size());
      }
      LongPointer shape = new LongPointer(1, tokenIds.size());
      if (input.elementType() == onnxruntime.ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32) {
        IntPointer ids = new IntPointer(tokenIds.stream().mapToInt(id -> id).toArray());
        return Value.CreateTensorInt(runtime.memory(), ids, tokenIds.size(), shape, 2);
      }
      long[] wide = tokenIds.stream().mapToLong(id -> id).toArray();
      return Value.CreateTensorLong(runtime.memory(), new LongPointer(wide), wide.length, shape, 2);
    }

    private Value pixels(Mat bgr) {
      int side = score.sidePx();
      byte[] levels = new byte[side * side * 3];
      centre(bgr, side).data().get(levels);
      float[] numbers = new float[levels.length];
      float[][] tables = tables();
      int pixels = side * side;
      for (int pixel = 0; pixel < pixels; pixel++) {
        for (int channel = 0; channel < 3; channel++) {
          int at = score.channelsLast() ? pixel * 3 + channel : channel * pixels + pixel;
          numbers[at] = tables[channel][levels[pixel * 3 + 2 - channel] & 0xFF];
        }
      }
      LongPointer shape =
          score.channelsLast()
              ? new LongPointer(1, side, side, 3)
              : new LongPointer(1, 3, side, side);
      return Value.CreateTensorFloat(
          runtime.memory(), new FloatPointer(numbers), numbers.length, shape, 4);
    }

    private static Mat centre(Mat bgr, int side) {
      int shorter = Math.min(bgr.cols(), bgr.rows());
      Rect square =
          new Rect((bgr.cols() - shorter) / 2, (bgr.rows() - shorter) / 2, shorter, shorter);
      Mat scaled = new Mat();
      opencv_imgproc.resize(
          new Mat(bgr, square),
          scaled,
          new Size(side, side),
          0,
          0,
          shorter > side ? opencv_imgproc.INTER_AREA : opencv_imgproc.INTER_CUBIC);
      return scaled;
    }

    /** Model input for each level, per channel red, green, blue. */
    private float[][] tables() {
      double[][] meanAndDeviation =
          switch (score.normalisation()) {
            case NONE -> new double[][] {{0, 0, 0}, {1 / 255.0, 1 / 255.0, 1 / 255.0}};
            case ZERO_TO_ONE -> new double[][] {{0, 0, 0}, {1, 1, 1}};
            case MINUS_ONE_TO_ONE -> new double[][] {{0.5, 0.5, 0.5}, {0.5, 0.5, 0.5}};
            // github.com/openai/CLIP, clip/clip.py.
            case CLIP ->
                new double[][] {
                  {0.48145466, 0.4578275, 0.40821073}, {0.26862954, 0.26130258, 0.27577711}
                };
            // docs.pytorch.org/vision, models.
            case IMAGENET -> new double[][] {{0.485, 0.456, 0.406}, {0.229, 0.224, 0.225}};
          };
      float[][] tables = new float[3][256];
      for (int channel = 0; channel < 3; channel++) {
        for (int level = 0; level < 256; level++) {
          tables[channel][level] =
              (float)
                  ((level / 255.0 - meanAndDeviation[0][channel]) / meanAndDeviation[1][channel]);
        }
      }
      return tables;
    }
  }
}

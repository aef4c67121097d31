package io.pairstream.image.worker.models;

import io.pairstream.image.plan.ModelOutput;
import io.pairstream.image.plan.ModelPlan;
import io.pairstream.image.plan.TextReading;
import io.pairstream.image.protocol.ModelProtocol.Given;
import io.pairstream.image.protocol.ModelProtocol.ItemReply;
import io.pairstream.image.protocol.ShownPicture;
import io.pairstream.image.worker.models.LineReader.Line;
import io.pairstream.image.worker.models.OnnxRun.Result;
import io.pairstream.image.worker.models.TextBoxes.Found;
import io.pairstream.image.worker.pixels.OpenCvPicture;
import io.pairstream.image.worker.pixels.StoredPixels;
import io.pairstream.image.worker.pixels.StoredPixels.UnreadableException;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;

/** Finds and reads the text in pictures, with two graphs of PP-OCR. Not thread-safe. */
final class TextModel extends PictureModel {

  /** The detection graph halves a picture five times. */
  private static final int MULTIPLE_OF_PX = 32;

  /** Means of ImageNet, as the graph was trained: one for each channel, blue first. */
  private static final double[] MEAN = {0.485, 0.456, 0.406};

  private static final double[] DEVIATION = {0.229, 0.224, 0.225};

  private final List<ModelOutput> outputs;
  private final TextReading reading;
  private final StoredPixels stored = new StoredPixels();
  private final OnnxRun detection;
  private final LineReader lines;
  private final TextBoxes boxes;

  /**
   * Loads both graphs and tries them out on nothing. They stay until the process ends, so no {@code
   * PointerScope} may be open.
   *
   * @throws RuntimeException where a graph cannot be loaded, or is another one than the card says
   */
  @SuppressWarnings("try") // the scope works by being open
  TextModel(ModelPlan plan, TextReading reading, ModelFiles files, OnnxRuntime runtime) {
    outputs = plan.outputs();
    this.reading = reading;
    detection = new OnnxRun(plan.file(), runtime);
    lines = new LineReader(reading.recognition(), files.text(reading.dictionary()), runtime);
    boxes = new TextBoxes(reading);
    try (PointerScope scope = new PointerScope()) {
      int side = MULTIPLE_OF_PX;
      map(new FloatPointer(3L * side * side).zero(), side, side);
    }
  }

  @Override
  ItemReply ask(ShownPicture picture) throws UnreadableException {
    Mat bgr = stored.bgr(picture);
    Found found = found(bgr);
    List<String> texts =
        found.boxes().stream()
            .limit(reading.most())
            .map(box -> lines.read(bgr, box))
            .filter(line -> line.sure() >= reading.lineAbove() && !line.text().isBlank())
            .map(Line::text)
            .toList();
    return reply(found.share(), texts);
  }

  private ItemReply reply(double share, List<String> texts) {
    Map<String, Double> numbers = new LinkedHashMap<>();
    Map<String, String> words = new LinkedHashMap<>();
    for (ModelOutput output : outputs) {
      switch (output.tensor()) {
        case "share" -> numbers.put(output.name(), share);
        case "lines" -> numbers.put(output.name(), (double) texts.size());
        default -> words.put(output.name(), TextReading.bounded(String.join("\n", texts)));
      }
    }
    return new Given(numbers, Map.of(), Map.of(), words);
  }

  private Found found(Mat bgr) {
    double scale = Math.max(1, reading.shorterSidePx() / (double) Math.min(bgr.rows(), bgr.cols()));
    scale = Math.min(scale, reading.longerSidePx() / (double) Math.max(bgr.rows(), bgr.cols()));
    int width = rounded(bgr.cols() * scale);
    int height = rounded(bgr.rows() * scale);
    Mat small = OpenCvPicture.resized(bgr, width, height, opencv_imgproc.INTER_LINEAR);
    FloatPointer map = map(numbers(small), height, width);
    return boxes.find(map, height, width, bgr.cols(), bgr.rows());
  }

  private static int rounded(double px) {
    return Math.max(MULTIPLE_OF_PX, (int) Math.rint((int) px / 32.0) * MULTIPLE_OF_PX);
  }

  /** float32 [3, height, width]. */
  private static FloatPointer numbers(Mat bgr) {
    byte[] levels = OpenCvPicture.bytes(bgr);
    FloatPointer numbers = new FloatPointer(levels.length);
    FloatBuffer to = numbers.asBuffer();
    for (int channel = 0; channel < 3; channel++) {
      for (int at = channel; at < levels.length; at += 3) {
        to.put((float) (((levels[at] & 0xFF) / 255.0 - MEAN[channel]) / DEVIATION[channel]));
      }
    }
    return numbers;
  }

  /** How sure the graph is of text at each point: float32 [height, width]. */
  private FloatPointer map(FloatPointer numbers, int height, int width) {
    Result map = detection.run(numbers, 1, 3, height, width);
    if (map.count() != (long) height * width) {
      throw new IllegalArgumentException(
          "the graph that finds lines gives %,d numbers for %d x %d points"
              .formatted(map.count(), width, height));
    }
    return map.numbers();
  }
}

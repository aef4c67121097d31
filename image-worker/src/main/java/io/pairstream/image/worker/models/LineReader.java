package io.pairstream.image.worker.models;

import io.pairstream.image.worker.models.OnnxRun.Result;
import io.pairstream.image.worker.models.TextBoxes.TextBox;
import io.pairstream.image.worker.pixels.OpenCvPicture;
import java.nio.FloatBuffer;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.bytedeco.opencv.opencv_core.Size;

/** Reads one line of text, as RapidOCR cuts and decodes it. Not thread-safe. */
final class LineReader {

  private static final int HEIGHT_PX = 48;

  /** Shorter lines get black behind them, as those had that the graph was trained with. */
  private static final int SHORTEST_PX = 320;

  /** A longer line is squeezed; as PaddleOCR does. */
  private static final int LONGEST_PX = 3_200;

  /** A box this many times as high as wide has its line turned. */
  private static final double UPRIGHT = 1.5;

  private final OnnxRun graph;
  private final List<String> characters;

  /**
   * Loads the graph and the characters.
   *
   * @param dictionary a character on each line
   * @throws RuntimeException where the graph cannot be loaded, or has more or fewer characters
   */
  @SuppressWarnings("try") // the scope works by being open
  LineReader(String file, String dictionary, OnnxRuntime runtime) {
    graph = new OnnxRun(file, runtime);
    characters = dictionary.lines().toList();
    try (PointerScope scope = new PointerScope()) {
      int known = run(new FloatPointer(3L * HEIGHT_PX * SHORTEST_PX).zero(), SHORTEST_PX).last();
      if (known != characters.size()) {
        throw new IllegalArgumentException(
            "the dictionary is of another graph: its length is %,d, where %,d is wanted"
                .formatted(characters.size(), known));
      }
    }
  }

  /**
   * A line.
   *
   * @param sure how sure the graph is of its characters, on the average; 0 to 1
   */
  record Line(String text, double sure) {}

  /** The text in a box of a picture {@code uint8 [height, width, 3]}, BGR. */
  @SuppressWarnings("try") // the scope works by being open
  Line read(Mat bgr, TextBox box) {
    try (PointerScope scope = new PointerScope()) {
      Mat line = cut(bgr, box);
      double ratio = line.cols() / (double) line.rows();
      int width = Math.min(LONGEST_PX, (int) Math.max(SHORTEST_PX, HEIGHT_PX * ratio));
      int inked = Math.min(width, (int) Math.ceil(HEIGHT_PX * ratio));
      Mat small = OpenCvPicture.resized(line, inked, HEIGHT_PX, opencv_imgproc.INTER_LINEAR);
      return decoded(run(numbers(small, width), width));
    }
  }

  private Result run(FloatPointer numbers, int width) {
    return graph.run(numbers, 1, 3, HEIGHT_PX, width);
  }

  /** The box, made a rectangle; uint8 [height, width, 3], BGR. */
  private static Mat cut(Mat bgr, TextBox box) {
    float width =
        (int) Math.max(box.topLeft().to(box.topRight()), box.bottomRight().to(box.bottomLeft()));
    float height =
        (int) Math.max(box.topLeft().to(box.bottomLeft()), box.topRight().to(box.bottomRight()));
    Mat from =
        corners(
            box.topLeft().x(),
            box.topLeft().y(),
            box.topRight().x(),
            box.topRight().y(),
            box.bottomRight().x(),
            box.bottomRight().y(),
            box.bottomLeft().x(),
            box.bottomLeft().y());
    Mat to = corners(0, 0, width, 0, width, height, 0, height);
    Mat line = new Mat();
    opencv_imgproc.warpPerspective(
        bgr,
        line,
        opencv_imgproc.getPerspectiveTransform(from, to),
        new Size((int) width, (int) height),
        opencv_imgproc.INTER_CUBIC,
        opencv_core.BORDER_REPLICATE,
        new Scalar());
    if (height / (double) width >= UPRIGHT) {
      Mat turned = new Mat();
      opencv_core.rotate(line, turned, opencv_core.ROTATE_90_COUNTERCLOCKWISE);
      return turned;
    }
    return line;
  }

  private static Mat corners(float... numbers) {
    return new Mat(4, 1, opencv_core.CV_32FC2, new FloatPointer(numbers));
  }

  /** float32 [3, 48, width], -1 to 1; 0 behind the line. */
  private static FloatPointer numbers(Mat line, int width) {
    byte[] bgr = OpenCvPicture.bytes(line);
    FloatPointer numbers = new FloatPointer(3L * HEIGHT_PX * width).zero();
    FloatBuffer to = numbers.asBuffer();
    for (int at = 0; at < bgr.length; at++) {
      int pixel = at / 3;
      int row = at % 3 * HEIGHT_PX + pixel / line.cols();
      to.put(row * width + pixel % line.cols(), ((bgr[at] & 0xFF) / 255f - 0.5f) / 0.5f);
    }
    return numbers;
  }

  /** The likeliest character of each step; one that goes on over several steps counts once. */
  private Line decoded(Result steps) {
    StringBuilder text = new StringBuilder();
    float[] step = new float[steps.last()];
    double sum = 0;
    int count = 0;
    int before = 0;
    for (long at = 0; at < steps.count(); at += step.length) {
      steps.numbers().position(at).get(step);
      int likeliest = 0;
      for (int i = 1; i < step.length; i++) {
        likeliest = step[i] > step[likeliest] ? i : likeliest;
      }
      if (likeliest != 0 && likeliest != before) {
        text.append(characters.get(likeliest));
        sum += step[likeliest];
        count++;
      }
      before = likeliest;
    }
    return new Line(text.toString(), count == 0 ? 0 : sum / count);
  }
}

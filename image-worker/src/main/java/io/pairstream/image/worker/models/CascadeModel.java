package io.pairstream.image.worker.models;

import io.pairstream.image.plan.CascadeDetection;
import io.pairstream.image.plan.ModelOutput;
import io.pairstream.image.plan.ModelPlan;
import io.pairstream.image.protocol.ModelProtocol.Given;
import io.pairstream.image.protocol.ModelProtocol.ItemReply;
import io.pairstream.image.protocol.ShownPicture;
import io.pairstream.image.worker.pixels.OpenCvPicture;
import io.pairstream.image.worker.pixels.StoredPixels;
import io.pairstream.image.worker.pixels.StoredPixels.UnreadableException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.FileStorage;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.RectVector;
import org.bytedeco.opencv.opencv_core.Size;
import org.bytedeco.opencv.opencv_objdetect.CascadeClassifier;

/**
 * A cascade of OpenCV, Haar or LBP, which finds things of one kind, such as faces, with OpenCV's
 * own defaults: steps of 1.1 in size, three neighbours.
 */
final class CascadeModel extends PictureModel {

  private final List<ModelOutput> outputs;
  private final CascadeDetection detection;
  private final StoredPixels stored = new StoredPixels();
  private final CascadeClassifier cascade;

  /**
   * Loads the cascade, which stays until the process ends, so no {@code PointerScope} may be open.
   *
   * @throws RuntimeException where the file is none
   */
  CascadeModel(ModelPlan plan, CascadeDetection detection, ModelFiles files) {
    outputs = plan.outputs();
    this.detection = detection;
    cascade = new CascadeClassifier();
    if (!isRead(files.text(plan.file()))) {
      throw new IllegalArgumentException(
          "the file is no cascade of OpenCV, or one of a version before 2.4");
    }
  }

  private boolean isRead(String xml) {
    try {
      FileStorage cascades = new FileStorage(xml, FileStorage.READ | FileStorage.MEMORY, "UTF-8");
      return cascades.isOpened() && cascade.read(cascades.getFirstTopLevelNode());
    } catch (RuntimeException parsing) {
      return false; // as OpenCV's bindings report what it cannot parse
    }
  }

  @Override
  ItemReply ask(ShownPicture picture) throws UnreadableException {
    Mat grey = grey(stored.bgr(picture));
    RectVector found = new RectVector();
    cascade.detectMultiScale(grey, found);
    double largest = 0;
    for (long i = 0; i < found.size(); i++) {
      largest = Math.max(largest, found.get(i).area());
    }
    Map<String, Double> numbers = new LinkedHashMap<>();
    for (ModelOutput output : outputs) {
      double share = largest / ((double) grey.cols() * grey.rows());
      numbers.put(output.name(), output.index() == 0 ? found.size() : share);
    }
    return new Given(numbers, Map.of(), Map.of(), Map.of());
  }

  /** Luma of the picture, with its histogram made even; of the card's size at most. */
  private Mat grey(Mat bgr) {
    Mat grey = OpenCvPicture.converted(bgr, opencv_imgproc.COLOR_BGR2GRAY);
    double scale = (double) detection.longerSidePx() / Math.max(grey.cols(), grey.rows());
    if (scale < 1) {
      Mat small = new Mat();
      int interpolation = opencv_imgproc.INTER_AREA;
      opencv_imgproc.resize(grey, small, new Size(), scale, scale, interpolation);
      grey = small;
    }
    opencv_imgproc.equalizeHist(grey, grey);
    return grey;
  }
}

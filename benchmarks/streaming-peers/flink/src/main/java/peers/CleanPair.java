package peers;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Size;

/**
 * Makes a pair's output: GPT-2 ids of its caption, and a JPEG of 256 x 256 of its picture's centre
 * square.
 *
 * <p>A record is the caption's length in bytes as an int, the caption, the picture. An output is
 * the number of tokens as an int, each token as one, the JPEG.
 */
final class CleanPair extends RichMapFunction<byte[], byte[]> {

  private static final long serialVersionUID = 1;
  private static final int SIDE = 256;
  private static final int QUALITY = 95;

  private transient Encoding gpt2;

  @Override
  public void open(OpenContext context) {
    opencv_core.setNumThreads(1);
    gpt2 = Encodings.newDefaultEncodingRegistry().getEncoding(EncodingType.R50K_BASE);
  }

  @Override
  public byte[] map(byte[] pair) {
    int captionBytes = ByteBuffer.wrap(pair).getInt();
    String caption = new String(pair, Integer.BYTES, captionBytes, StandardCharsets.UTF_8);
    int[] ids = gpt2.encodeOrdinary(caption).toArray();
    byte[] jpeg = square(pair, Integer.BYTES + captionBytes);
    ByteBuffer output = ByteBuffer.allocate(Integer.BYTES * (1 + ids.length) + jpeg.length);
    output.putInt(ids.length);
    for (int id : ids) {
      output.putInt(id);
    }
    return output.put(jpeg).array();
  }

  /** Empty where it cannot be decoded. */
  private static byte[] square(byte[] pair, int begin) {
    int size = pair.length - begin;
    try (BytePointer file = new BytePointer(size).put(pair, begin, size);
        Mat packed = new Mat(1, size, opencv_core.CV_8UC1, file);
        Mat full = opencv_imgcodecs.imdecode(packed, opencv_imgcodecs.IMREAD_COLOR)) {
      if (full.empty()) {
        return new byte[0];
      }
      int side = Math.min(full.cols(), full.rows());
      int filter = side < SIDE ? opencv_imgproc.INTER_CUBIC : opencv_imgproc.INTER_AREA;
      try (Rect centre = new Rect((full.cols() - side) / 2, (full.rows() - side) / 2, side, side);
          Mat square = new Mat(full, centre);
          Mat small = new Mat();
          Size target = new Size(SIDE, SIDE);
          BytePointer jpeg = new BytePointer();
          IntPointer quality = new IntPointer(opencv_imgcodecs.IMWRITE_JPEG_QUALITY, QUALITY)) {
        opencv_imgproc.resize(square, small, target, 0, 0, filter);
        opencv_imgcodecs.imencode(".jpg", small, jpeg, quality);
        byte[] encoded = new byte[(int) jpeg.limit()];
        jpeg.get(encoded);
        return encoded;
      }
    }
  }
}

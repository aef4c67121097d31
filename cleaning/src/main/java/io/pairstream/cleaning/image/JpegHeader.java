package io.pairstream.cleaning.image;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.image.ProbedImage.ColourModel;
import java.io.ByteArrayOutputStream;

/**
 * What a JPEG file declares, read by walking its markers from start to end (ITU-T T.81, annex B).
 *
 * <p>Finds markers as libjpeg does, skipping bytes between segments, so that both see the same
 * frame header. Zeros between the segments before the first scan, and a missing end marker, say
 * nothing of the pixels: decoders get the file without the ones and with the other, and then say
 * themselves whether a pixel is missing.
 *
 * <p>Rejects: {@code IMAGE_HEADER_DAMAGED}.
 */
final class JpegHeader {

  /**
   * Most scans that a file may hold. A progressive scan costs the decoder a pass over all pixels
   * and the sender a few bytes; libjpeg-turbo's own fuzzers stop at the same number.
   */
  private static final int MAX_SCANS = 100;

  private static final int START_OF_IMAGE = 0xD8;
  private static final int END_OF_IMAGE = 0xD9;
  private static final int START_OF_SCAN = 0xDA;

  /** SOF2 and SOF10, its arithmetic-coded sibling. */
  private static final int PROGRESSIVE = 0xC2;

  private static final int PROGRESSIVE_ARITHMETIC = 0xCA;

  private JpegHeader() {}

  static Outcome<ProbedImage> read(EncodedImage image) {
    HeaderBytes file = new HeaderBytes(image.bytes());
    ProbedImage frame = null;
    JpegScans brought = null;
    int scans = 0;
    int at = 2;
    int copied = 0;
    ByteArrayOutputStream mended = new ByteArrayOutputStream(0);
    while (true) {
      int segmentEnd = at;
      at = nextMarker(file, at);
      if (at < 0) {
        if (scans == 0 || !brought.complete()) {
          return damaged("the file is cut off: it has no end marker (FF D9)");
        }
        mended.write(image.bytes(), copied, image.size() - copied);
        mended.write(0xFF);
        mended.write(END_OF_IMAGE);
        copied = image.size();
        break;
      }
      if (scans == 0 && file.isZeros(segmentEnd, at - 2)) {
        mended.write(image.bytes(), copied, segmentEnd - copied);
        copied = at - 2;
      }
      int marker = file.u8(at - 1);
      if (marker == END_OF_IMAGE) {
        break;
      }
      if (standsAlone(marker)) {
        continue;
      }
      if (marker == START_OF_IMAGE) {
        return damaged("a second image begins inside the first");
      }
      if (!file.has(at, 2)) {
        return damaged("the file is cut off inside a marker");
      }
      int length = file.u16BigEndian(at);
      if (length < 2) {
        return damaged("a segment declares a length of " + length + " bytes");
      }
      if (!file.has(at, length)) {
        return damaged("the file is cut off inside a segment");
      }
      if (isFrameHeader(marker)) {
        if (frame != null) {
          return damaged("it has two frame headers");
        }
        if (length < 8) {
          return damaged("its frame header is too short");
        }
        int components = file.u8(at + 7);
        if (length != 8 + 3 * components) {
          return damaged("its frame header's length does not fit its components");
        }
        if (components != 1 && components != 3 && components != 4) {
          return damaged("it declares " + components + " colour components");
        }
        int height = file.u16BigEndian(at + 3);
        int width = file.u16BigEndian(at + 5);
        if (width == 0 || height == 0) {
          return damaged("it declares " + width + "x" + height + " px");
        }
        brought =
            new JpegScans(
                componentIds(file, at + 8, components),
                marker == PROGRESSIVE || marker == PROGRESSIVE_ARITHMETIC);
        frame =
            new ProbedImage(
                image,
                ImageType.JPEG,
                width,
                height,
                file.u8(at + 2),
                colourModel(components),
                false);
      } else if (marker == START_OF_SCAN) {
        if (frame == null) {
          return damaged("a scan comes before the frame header");
        }
        if (!brought.add(file, at, length)) {
          return damaged("a scan has no valid header");
        }
        scans++;
        if (scans > MAX_SCANS) {
          return damaged("it has more than " + MAX_SCANS + " scans");
        }
      }
      at += length;
    }
    if (scans == 0) {
      return damaged("it holds no pixels");
    }
    if (!brought.complete()) {
      return damaged("scans are missing; the file may be cut off");
    }
    if (mended.size() > 0) {
      mended.write(image.bytes(), copied, image.size() - copied);
    }
    EncodedImage whole = mended.size() > 0 ? new EncodedImage(mended.toByteArray()) : image;
    return Outcome.kept(withScans(frame, whole, scans));
  }

  /**
   * Position after the next marker from {@code at} on, or -1: FF, any number of further FF, then a
   * byte that is neither FF nor 00, which is a stuffed byte of entropy-coded data.
   */
  private static int nextMarker(HeaderBytes file, int at) {
    for (int i = file.indexOfFF(at); i >= 0 && i + 1 < file.length(); i = file.indexOfFF(i + 1)) {
      if (file.u8(i + 1) != 0xFF && file.u8(i + 1) != 0) {
        return i + 2;
      }
    }
    return -1;
  }

  /** TEM and RST0 to RST7 have no segment. */
  private static boolean standsAlone(int marker) {
    return marker == 0x01 || (marker >= 0xD0 && marker <= 0xD7);
  }

  /** SOF0 to SOF15, without DHT (C4), JPG (C8) and DAC (CC), which lie between them. */
  private static boolean isFrameHeader(int marker) {
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
  }

  private static int[] componentIds(HeaderBytes file, int at, int components) {
    int[] ids = new int[components];
    for (int i = 0; i < components; i++) {
      ids[i] = file.u8(at + 3 * i);
    }
    return ids;
  }

  private static ProbedImage withScans(ProbedImage frame, EncodedImage whole, int scans) {
    return new ProbedImage(
        whole,
        frame.type(),
        frame.widthPx(),
        frame.heightPx(),
        frame.bitDepth(),
        frame.colour(),
        false,
        scans,
        frame.bytesPerPixel());
  }

  private static ColourModel colourModel(int components) {
    return switch (components) {
      case 1 -> ColourModel.GREY;
      case 3 -> ColourModel.RGB;
      default -> ColourModel.CMYK;
    };
  }

  private static Outcome<ProbedImage> damaged(String what) {
    return Outcome.rejected(RejectReason.IMAGE_HEADER_DAMAGED, "JPEG: " + what);
  }
}

package io.pairstream.cleaning.image;

import static io.pairstream.cleaning.image.HeaderBytes.check;
import static io.pairstream.cleaning.image.HeaderBytes.checkSize;

import io.pairstream.cleaning.image.HeaderBytes.DamagedException;
import io.pairstream.cleaning.image.ProbedImage.ColourModel;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Declarations of a JPEG file, read by walking its markers from start to end (ITU-T T.81, annex B).
 *
 * <p>Finds markers as libjpeg does, skipping bytes between segments, so that both see the same
 * frame header. Faults that do not concern the pixels are corrected for decoders: libjpeg reports
 * only the first fault of a file, which would hide a missing pixel after it. These are zeros, or a
 * few bytes, between the segments before the first scan; a missing end marker; a scan of a
 * sequential file that names fewer coefficients than it has, as some phones write it; a JFIF that
 * is not 1; and an Adobe transform that does not fit the number of components.
 *
 * <p>Rejects: {@code IMAGE_HEADER_DAMAGED}.
 */
final class JpegHeader {

  /**
   * Most scans that a file may hold. A progressive scan costs the decoder a pass over all pixels
   * and the sender a few bytes; libjpeg-turbo's own fuzzers stop at the same number.
   */
  private static final int MAX_SCANS = 100;

  /** Bytes of the shortest segment that affects the pixels, with its marker. */
  private static final int SHORTEST_SEGMENT = 6;

  private static final int START_OF_IMAGE = 0xD8;
  private static final int END_OF_IMAGE = 0xD9;
  private static final int START_OF_SCAN = 0xDA;
  private static final int APP0 = 0xE0;
  private static final int APP14 = 0xEE;

  /**
   * SOF0, SOF1 and SOF9: sequential, so each scan has all coefficients whatever its header says.
   */
  private static final Set<Integer> SEQUENTIAL = Set.of(0xC0, 0xC1, 0xC9);

  /** SOF2 and SOF10, its arithmetic-coded sibling. */
  private static final int PROGRESSIVE = 0xC2;

  private static final int PROGRESSIVE_ARITHMETIC = 0xCA;

  private final EncodedImage image;
  private final HeaderBytes file;

  /**
   * Parts that decoders do not receive: begin and exclusive end of each, as positions in the file.
   */
  private final List<int[]> leftOut = new ArrayList<>();

  /** The file's bytes, or a corrected copy. */
  private byte[] bytes;

  /** Position of the last Adobe segment's transform; 0 without one. */
  private int adobeTransform;

  private boolean sequential;
  private ProbedImage frame;
  private JpegScans brought;

  JpegHeader(EncodedImage image) {
    this.image = image;
    this.file = new HeaderBytes(image.bytes());
    this.bytes = image.bytes();
  }

  ProbedImage read() {
    int scans = 0;
    int at = 2;
    boolean ended = true;
    while (true) {
      int segmentEnd = at;
      at = nextMarker(at);
      if (at < 0) {
        check(scans > 0 && brought.complete(), "the file is cut off: it has no end marker (FF D9)");
        ended = false;
        break;
      }
      int strays = at - 2 - segmentEnd;
      if (scans == 0
          && strays > 0
          && (strays < SHORTEST_SEGMENT || file.isZeros(segmentEnd, at - 2))) {
        leftOut.add(new int[] {segmentEnd, at - 2});
      }
      int marker = file.u8(at - 1);
      if (marker == END_OF_IMAGE) {
        break;
      }
      if (standsAlone(marker)) {
        continue;
      }
      check(marker != START_OF_IMAGE, "a second image begins inside the first");
      check(file.has(at, 2), "the file is cut off inside a marker");
      int length = file.u16(at);
      if (length < 2) {
        throw new DamagedException("a segment declares a length of " + length + " bytes");
      }
      check(file.has(at, length), "the file is cut off inside a segment");
      if (isFrameHeader(marker)) {
        readFrame(marker, at, length);
      } else if (marker == START_OF_SCAN) {
        check(frame != null, "a scan comes before the frame header");
        check(brought.add(file, at, length), "a scan has no valid header");
        scans++;
        check(scans <= MAX_SCANS, "it has more than " + MAX_SCANS + " scans");
        mendScan(at + length);
      } else if (marker == APP0 && length >= 16 && file.isText(at + 2, "JFIF\0")) {
        put(at + 7, 1);
      } else if (marker == APP14 && length >= 14 && file.isText(at + 2, "Adobe")) {
        adobeTransform = at + 13;
      }
      at += length;
    }
    check(scans > 0, "it holds no pixels");
    check(brought.complete(), "scans are missing; the file may be cut off");
    return frame.with(mended(ended), scans);
  }

  private void mendScan(int end) {
    if (sequential) {
      put(end - 3, 0);
      put(end - 2, JpegScans.COEFFICIENTS - 1);
      put(end - 1, 0);
    }
    if (adobeTransform > 0) {
      int transform = file.u8(adobeTransform);
      switch (frame.colour()) {
        case RGB -> put(adobeTransform, Math.min(transform, 1));
        case CMYK -> put(adobeTransform, transform == 0 ? 0 : 2);
        default -> {}
      }
    }
  }

  private void put(int at, int value) {
    if (bytes[at] != (byte) value) {
      bytes = bytes == image.bytes() ? bytes.clone() : bytes;
      bytes[at] = (byte) value;
    }
  }

  private EncodedImage mended(boolean ended) {
    if (ended && leftOut.isEmpty()) {
      return bytes == image.bytes() ? image : new EncodedImage(bytes);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length + 2);
    int copied = 0;
    for (int[] part : leftOut) {
      out.write(bytes, copied, part[0] - copied);
      copied = part[1];
    }
    out.write(bytes, copied, bytes.length - copied);
    if (!ended) {
      out.write(0xFF);
      out.write(END_OF_IMAGE);
    }
    return new EncodedImage(out.toByteArray());
  }

  private void readFrame(int marker, int at, int length) {
    check(frame == null, "it has two frame headers");
    check(length >= 8, "its frame header is too short");
    int components = file.u8(at + 7);
    check(length == 8 + 3 * components, "its frame header's length does not fit its components");
    ColourModel colour =
        switch (components) {
          case 1 -> ColourModel.GREY;
          case 3 -> ColourModel.RGB;
          case 4 -> ColourModel.CMYK;
          default -> throw new DamagedException("it declares " + components + " colour components");
        };
    int height = file.u16(at + 3);
    int width = file.u16(at + 5);
    checkSize(width, height);
    int[] ids = IntStream.range(0, components).map(i -> file.u8(at + 8 + 3 * i)).toArray();
    sequential = SEQUENTIAL.contains(marker);
    brought = new JpegScans(ids, marker == PROGRESSIVE || marker == PROGRESSIVE_ARITHMETIC);
    frame = new ProbedImage(image, ImageType.JPEG, width, height, file.u8(at + 2), colour, false);
  }

  /**
   * Position after the next marker from {@code at} on, or -1: FF, any number of further FF, then a
   * byte that is neither FF nor 00, which is a stuffed byte of entropy-coded data.
   */
  private int nextMarker(int at) {
    for (int i = file.indexOfFF(at); i >= 0 && i + 1 < file.length(); i = file.indexOfFF(i + 1)) {
      if (file.u8(i + 1) != 0xFF && file.u8(i + 1) != 0) {
        return i + 2;
      }
    }
    return -1;
  }

  /** Whether the marker has no segment: TEM and RST0 to RST7. */
  private static boolean standsAlone(int marker) {
    return marker == 0x01 || (marker >= 0xD0 && marker <= 0xD7);
  }

  /**
   * Whether the marker is one of SOF0 to SOF15, without DHT (C4), JPG (C8) and DAC (CC), which lie
   * between them.
   */
  private static boolean isFrameHeader(int marker) {
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
  }

  /**
   * Coefficients that a JPEG's scans have brought so far, per component, and their precision.
   *
   * <p>A progressive file that is cut between two scans and closed with an end marker decodes
   * without a complaint, only coarser. Its scan headers tell (ITU-T T.81, G.1.1.1).
   */
  static final class JpegScans {

    private static final int COEFFICIENTS = 64;
    private static final int NEVER_SEEN = 0xFF;

    private final int[] ids;
    private final boolean progressive;

    /** Per component and coefficient: number of low bits that are still missing. */
    private final int[][] missingBits;

    /**
     * No scan yet.
     *
     * @param ids the components' identifiers, in the order of the frame header
     * @param progressive whether each scan brings a part of the coefficients only
     */
    JpegScans(int[] ids, boolean progressive) {
      this.ids = ids.clone();
      this.progressive = progressive;
      missingBits = new int[ids.length][COEFFICIENTS];
      for (int[] component : missingBits) {
        Arrays.fill(component, NEVER_SEEN);
      }
    }

    /** Notes the scan whose header segment begins at {@code at}; false where that is none. */
    boolean add(HeaderBytes file, int at, int length) {
      if (length < 6) {
        return false;
      }
      int count = file.u8(at + 2);
      if (count < 1 || count > 4 || length != 6 + 2 * count) {
        return false;
      }
      int selection = at + 3 + 2 * count;
      int first = progressive ? file.u8(selection) : 0;
      int last = progressive ? file.u8(selection + 1) : COEFFICIENTS - 1;
      if (first > last || last >= COEFFICIENTS) {
        return false;
      }
      int missing = progressive ? file.u8(selection + 2) & 0x0F : 0;
      for (int i = 0; i < count; i++) {
        int id = file.u8(at + 3 + 2 * i);
        for (int component = 0; component < ids.length; component++) {
          if (ids[component] == id) {
            Arrays.fill(missingBits[component], first, last + 1, missing);
          }
        }
      }
      return true;
    }

    /** Whether every bit of every coefficient has been brought. */
    boolean complete() {
      return Arrays.stream(missingBits)
          .flatMapToInt(Arrays::stream)
          .allMatch(missing -> missing == 0);
    }
  }
}

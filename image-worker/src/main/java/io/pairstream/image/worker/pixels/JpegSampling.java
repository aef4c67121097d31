package io.pairstream.image.worker.pixels;

import java.util.Arrays;
import java.util.Optional;
import org.bytedeco.ffmpeg.global.avutil;

/** How finely a JPEG stores colour beside its brightness. */
enum JpegSampling {
  /** 4:4:4. */
  FULL(0, 1, 1, avutil.AV_PIX_FMT_YUV444P),
  /** 4:2:2. */
  HALF_WIDTH(1, 2, 1, avutil.AV_PIX_FMT_YUV422P),
  /** 4:2:0. */
  HALVED(2, 2, 2, avutil.AV_PIX_FMT_YUV420P),
  /** Grey. */
  NONE(3, 1, 1, avutil.AV_PIX_FMT_GRAY8),
  /** 4:4:0. */
  HALF_HEIGHT(4, 1, 2, avutil.AV_PIX_FMT_YUV440P);

  private final int turboJpegCode;
  private final int horizontal;
  private final int vertical;
  private final int swscaleFormat;

  JpegSampling(int turboJpegCode, int horizontal, int vertical, int swscaleFormat) {
    this.turboJpegCode = turboJpegCode;
    this.horizontal = horizontal;
    this.vertical = vertical;
    this.swscaleFormat = swscaleFormat;
  }

  /** The sampling that TurboJPEG calls by this number; nothing for rarer ones. */
  static Optional<JpegSampling> ofTurboJpeg(int code) {
    return Arrays.stream(values()).filter(known -> known.turboJpegCode == code).findFirst();
  }

  int turboJpegCode() {
    return turboJpegCode;
  }

  int swscaleFormat() {
    return swscaleFormat;
  }

  /** Pixels per colour sample and row; 1 or 2. */
  int horizontal() {
    return horizontal;
  }

  /** Pixels per colour sample and column; 1 or 2. */
  int vertical() {
    return vertical;
  }

  /** 1 or 3. */
  int planes() {
    return this == NONE ? 1 : 3;
  }

  /** Samples per row of plane {@code plane}, the brightness being 0, of a picture this wide. */
  int planeWidth(int plane, int widthPx) {
    return plane == 0 ? widthPx : (widthPx + horizontal - 1) / horizontal;
  }

  /** Rows of plane {@code plane} of a picture this high. */
  int planeHeight(int plane, int heightPx) {
    return plane == 0 ? heightPx : (heightPx + vertical - 1) / vertical;
  }
}

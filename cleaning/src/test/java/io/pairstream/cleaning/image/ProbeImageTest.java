package io.pairstream.cleaning.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Rejection;
import io.pairstream.cleaning.image.PngHeader.PngMetadata;
import io.pairstream.cleaning.image.ProbedImage.ColourModel;
import java.awt.image.BufferedImage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProbeImageTest {

  private final ProbeImage step = new ProbeImage();

  @Test
  void readsAnImageOnceThatComesUnderSeveralCaptions() {
    EncodedImage image = new EncodedImage(ImageFiles.jpeg(31, 17));

    assertThat(step.apply(image)).isSameAs(new ProbeImage().apply(image));
  }

  @Test
  void readsWhatAJpegDeclares() {
    byte[] file = ImageFiles.jpeg(31, 17);

    assertThat(kept(file))
        .isEqualTo(
            new ProbedImage(
                new EncodedImage(file), ImageType.JPEG, 31, 17, 8, ColourModel.RGB, false));
    assertThat(kept(ImageFiles.greyJpeg(3, 2)).colour()).isEqualTo(ColourModel.GREY);
    assertThat(kept(ImageFiles.jpegMarkers(0xC0, 8, 9, 7, 4, 1)).colour())
        .isEqualTo(ColourModel.CMYK);
    assertThat(kept(ImageFiles.jpegMarkers(0xC1, 12, 9, 7, 3, 1)).bitDepth()).isEqualTo(12);
    assertThat(kept(ImageFiles.jpegMarkers(0xC2, 8, 9, 7, 3, 100)).size()).isEqualTo("9x7");
    assertThat(kept(Arrays.copyOf(file, file.length + 100)).size()).isEqualTo("31x17");
  }

  @Test
  void skipsBytesBetweenJpegSegmentsAsTheDecoderDoes() {
    byte[] file = ImageFiles.jpegMarkers(0xC0, 8, 9, 7, 3, 1);

    assertThat(kept(inserted(file, 2, new byte[] {-1, 0, 0x55})).size()).isEqualTo("9x7");
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("damaged")
  void saysWhatIsDamaged(byte[] file, String detail) {
    Rejection rejection = rejection(file);

    assertThat(rejection.reason()).isEqualTo(RejectReason.IMAGE_HEADER_DAMAGED);
    assertThat(rejection.detail()).contains(detail);
  }

  static Stream<Arguments> damaged() {
    byte[] jpeg = ImageFiles.jpegMarkers(0xC0, 8, 9, 7, 3, 0);
    byte[] twoFrames = Arrays.copyOf(jpeg, 2 * jpeg.length - 4);
    System.arraycopy(jpeg, 2, twoFrames, jpeg.length - 2, jpeg.length - 2);
    byte[] half = ImageFiles.progressiveJpeg(new int[] {0, 0, 0});
    byte[] png = ImageFiles.pngDeclaring(4, 4, 8, 2);
    byte[] wrongCrc = png.clone();
    wrongCrc[8 + 25 + 8] ^= 1;
    byte[] converted = ImageFiles.png(4, 4);
    converted[4] = '\n';
    byte[] webp = ImageFiles.webp("VP8 ", ImageFiles.lossyFrame(300, 200));
    byte[] gif = ImageFiles.gif(1, 1, new int[] {0, 0, 1, 1});
    return Stream.of(
        Arguments.of(ImageFiles.jpegMarkers(0xC2, 8, 9, 7, 3, 101), "more than 100 scans"),
        Arguments.of(jpeg, "no pixels"),
        Arguments.of(ImageFiles.jpegMarkers(0xC0, 8, 0, 7, 3, 1), "0x7"),
        Arguments.of(ImageFiles.jpegMarkers(0xC0, 8, 9, 7, 2, 1), "2 colour components"),
        Arguments.of(ImageFiles.jpegMarkers(0xE1, 8, 9, 7, 3, 1), "before the frame header"),
        Arguments.of(twoFrames, "two frame headers"),
        Arguments.of(Arrays.copyOf(ImageFiles.jpeg(64, 64), 100), "cut off"),
        Arguments.of(Arrays.copyOf(half, half.length - 2), "cut off"),
        Arguments.of(half, "scans are missing"),
        Arguments.of(
            ImageFiles.progressiveJpeg(new int[] {0, 0, 0}, new int[] {1, 62, 0}),
            "scans are missing"),
        Arguments.of(
            ImageFiles.progressiveJpeg(new int[] {0, 0, 1}, new int[] {1, 63, 0}),
            "scans are missing"),
        Arguments.of(ImageFiles.progressiveJpeg(new int[] {0, 64, 0}), "no valid header"),
        Arguments.of(wrongCrc, "the CRC of its IDAT chunk is wrong"),
        Arguments.of(Arrays.copyOf(png, png.length - 11), "no IEND"),
        Arguments.of(Arrays.copyOf(png, 8 + 25 + 9), "inside its IDAT chunk"),
        Arguments.of(ImageFiles.pngDeclaring(0, 4, 8, 2), "0x4"),
        Arguments.of(ImageFiles.pngDeclaring(-1, 4, 8, 2), "4294967295x4"),
        Arguments.of(ImageFiles.pngDeclaring(4, 4, 4, 2), "colour type 2 with 4 bits"),
        Arguments.of(ImageFiles.pngDeclaring(4, 4, 8, 3), "palette is missing"),
        Arguments.of(
            ImageFiles.pngChunks("IHDR", ImageFiles.ihdr(4, 4, 8, 2), "IEND", new byte[0]),
            "no pixels"),
        Arguments.of(converted, "text mode"),
        Arguments.of(Arrays.copyOf(webp, webp.length - 1), "cut off"),
        Arguments.of(ImageFiles.webp("EXIF", new byte[4]), "no pixels"),
        Arguments.of(ImageFiles.webp("VP8 ", ImageFiles.lossyFrame(0, 200)), "0x200"),
        Arguments.of(Arrays.copyOf(gif, gif.length - 2), "inside a block"),
        Arguments.of(Arrays.copyOf(gif, 13), "trailer"),
        Arguments.of(Arrays.copyOf(gif, 10), "header"),
        Arguments.of(ImageFiles.gif(1, 1), "no pixels"));
  }

  @Test
  void keepsProgressiveJpegWhoseScansBringEveryBit() {
    byte[] file =
        ImageFiles.progressiveJpeg(
            new int[] {0, 0, 0x01},
            new int[] {1, 63, 0x02},
            new int[] {0, 0, 0x10},
            new int[] {1, 63, 0x21},
            new int[] {1, 63, 0x10});

    assertThat(kept(file).size()).isEqualTo("9x7");
  }

  @Test
  void mendsWhatSaysNothingOfThePixels() {
    byte[] jpeg = ImageFiles.jpeg(64, 64);
    int second = 4 + (((jpeg[4] & 0xFF) << 8) | (jpeg[5] & 0xFF));
    byte[] png = ImageFiles.pngDeclaring(4, 4, 8, 2);
    byte[] gif = ImageFiles.gif(1, 1, new int[] {0, 0, 1, 1});

    assertThat(kept(Arrays.copyOf(jpeg, jpeg.length - 2))).isEqualTo(kept(jpeg));
    assertThat(kept(inserted(jpeg, second, new byte[2]))).isEqualTo(kept(jpeg));
    assertThat(kept(inserted(jpeg, second, new byte[] {1, 2, 3, 4, 5}))).isEqualTo(kept(jpeg));
    byte[] garbage = inserted(jpeg, second, new byte[] {1, 2, 3, 4, 5, 6});
    assertThat(kept(garbage).encoded()).isEqualTo(new EncodedImage(garbage));
    assertThat(kept(Arrays.copyOf(png, png.length - 12))).isEqualTo(kept(png));
    assertThat(kept(Arrays.copyOf(gif, gif.length - 1)).size()).isEqualTo("1x1");
  }

  private static byte[] inserted(byte[] file, int at, byte[] bytes) {
    byte[] longer = Arrays.copyOf(file, file.length + bytes.length);
    System.arraycopy(bytes, 0, longer, at, bytes.length);
    System.arraycopy(file, at, longer, at + bytes.length, file.length - at);
    return longer;
  }

  @Test
  void readsWhatAPngDeclares() {
    byte[] file = ImageFiles.png(31, 17);
    byte[] indexed =
        ImageFiles.write(new BufferedImage(4, 4, BufferedImage.TYPE_BYTE_INDEXED), "png");
    byte[] deep = ImageFiles.write(new BufferedImage(4, 4, BufferedImage.TYPE_USHORT_GRAY), "png");

    assertThat(kept(file))
        .isEqualTo(
            new ProbedImage(
                new EncodedImage(file), ImageType.PNG, 31, 17, 8, ColourModel.RGB, false));
    assertThat(kept(indexed).colour()).isEqualTo(ColourModel.PALETTE);
    assertThat(kept(deep).bitDepth()).isEqualTo(16);
    assertThat(kept(deep).colour()).isEqualTo(ColourModel.GREY);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "acTL IDAT IEND, false",
    "acTL fcTL IDAT IEND, false",
    "fcTL IDAT fcTL fdAT IEND, false",
    "acTL IDAT fcTL fdAT IEND, true",
    "acTL fcTL IDAT fcTL fdAT IEND, true"
  })
  void takesAnAnimationOfNoOtherPictureForAPicture(String chunks, boolean animated) {
    Stream<Object> parts =
        Stream.of(chunks.split(" ")).flatMap(name -> Stream.of(name, new byte[26]));
    Stream<Object> header = Stream.of("IHDR", ImageFiles.ihdr(4, 4, 8, 2));

    assertThat(kept(ImageFiles.pngChunks(Stream.concat(header, parts).toArray())).animated())
        .isEqualTo(animated);
  }

  @Test
  void rejectsPngWithAFlippedBitAnywhereInItsChunks() {
    byte[] file = ImageFiles.png(16, 16);

    for (int at = 8; at < file.length; at++) {
      byte[] flipped = file.clone();
      flipped[at] ^= 0x10;
      assertThat(step.apply(new EncodedImage(flipped)).keptOnly()).as("byte " + at).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "zTXt, 'key\0\0'",
    "iCCP, 'name\0\0'",
    "iTXt, 'key\0\u0001\0en\0translated\0'",
  })
  void rejectsPngWhoseTextsUnfoldWithoutMeasure(String type, String head) {
    byte[] bomb = ImageFiles.pngWith(type, head, ImageFiles.deflatedZeros(1 << 26));

    assertThat(bomb.length).isLessThan(200_000);
    assertThat(step.apply(new EncodedImage(bomb)).rejectedOnly())
        .extracting(Rejection::reason)
        .containsExactly(RejectReason.IMAGE_METADATA_TOO_LARGE);
  }

  @Test
  void countsWhatSeveralTextsOfAPngUnfoldTo() {
    byte[] half = ImageFiles.deflatedZeros(PngMetadata.MAX_BYTES / 2);

    kept(ImageFiles.pngWith("zTXt", "a\0\0", half, "zTXt", "b\0\0", half));
    assertThat(
            step.apply(
                    new EncodedImage(
                        ImageFiles.pngWith(
                            "zTXt", "a\0\0", half, "iCCP", "b\0\0", half, "zTXt", "c\0\0", half)))
                .keptOnly())
        .isEmpty();
  }

  /** A file has room for half a million of them, and each takes its time. */
  @ParameterizedTest
  @ValueSource(strings = {"eNoDAAAAAAE=", "AQID", "/w=="})
  void countsEachTextOfAPngThoughItUnfoldsToNothing(String base64) {
    Object[] chunk = {"zTXt", "a\0\0", Base64.getDecoder().decode(base64)};
    List<Object> chunks = new ArrayList<>();
    while (chunks.size() / chunk.length < PngMetadata.MAX_BYTES / PngMetadata.LEAST_BYTES) {
      chunks.addAll(Arrays.asList(chunk));
    }

    kept(ImageFiles.pngWith(chunks.toArray()));
    chunks.addAll(Arrays.asList(chunk));
    assertThat(rejection(ImageFiles.pngWith(chunks.toArray())).reason())
        .isEqualTo(RejectReason.IMAGE_METADATA_TOO_LARGE);
  }

  @Test
  void keepsPngWhoseTextsAreDamagedOrNotCompressed() {
    kept(ImageFiles.pngWith("zTXt", "key\0\0", new byte[] {1, 2, 3}));
    kept(ImageFiles.pngWith("zTXt", "no end", new byte[0]));
    kept(ImageFiles.pngWith("iTXt", "key\0\0\0en\0t\0", new byte[1_000_000]));
  }

  @Test
  void readsBothKindsOfWebp() {
    assertThat(kept(ImageFiles.webp("VP8 ", ImageFiles.lossyFrame(300, 200))).size())
        .isEqualTo("300x200");
    assertThat(kept(ImageFiles.webp("VP8L", ImageFiles.losslessFrame(16384, 9))).size())
        .isEqualTo("16384x9");
  }

  @ParameterizedTest(name = "canvas {0}x{1}, frame {2}x{3}")
  @CsvSource({"70000, 80000, 10, 10", "10, 10, 300, 200"})
  void takesTheLargerOfWebpCanvasAndFrame(int width, int height, int innerWidth, int innerHeight) {
    byte[] file =
        ImageFiles.webp(
            "VP8X",
            ImageFiles.canvas(0, width, height),
            "VP8 ",
            ImageFiles.lossyFrame(innerWidth, innerHeight));

    assertThat(kept(file).widthPx()).isEqualTo(Math.max(width, innerWidth));
    assertThat(kept(file).heightPx()).isEqualTo(Math.max(height, innerHeight));
  }

  @Test
  void countsWebpFrames() {
    byte[] canvas = ImageFiles.canvas(2, 8, 8);
    byte[] frame = new byte[16];
    byte[] one = ImageFiles.webp("VP8X", canvas, "ANIM", new byte[6], "ANMF", frame);
    byte[] two = ImageFiles.webp("VP8X", canvas, "ANIM", new byte[6], "ANMF", frame, "ANMF", frame);

    assertThat(kept(one).animated()).isFalse();
    assertThat(kept(two).animated()).isTrue();
  }

  @Test
  void takesTheLargerOfGifScreenAndFrames() {
    assertThat(kept(ImageFiles.gif(30000, 20, new int[] {0, 0, 1, 1})).size())
        .isEqualTo("30000x20");
    assertThat(kept(ImageFiles.gif(1, 1, new int[] {60000, 5, 50000, 7})).size())
        .isEqualTo("110000x12");
  }

  @Test
  void countsGifFrames() {
    int[] frame = {0, 0, 1, 1};

    assertThat(kept(ImageFiles.gif(1, 1, frame)).animated()).isFalse();
    assertThat(kept(ImageFiles.gif(1, 1, frame, frame)).animated()).isTrue();
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("foreignFiles")
  void namesWhatAForeignFileLooksLike(String start, String name, RejectReason reason) {
    Rejection rejection = rejection(start.getBytes(StandardCharsets.ISO_8859_1));

    assertThat(rejection.reason()).isEqualTo(reason);
    assertThat(rejection.detail()).contains(name);
  }

  static Stream<Arguments> foreignFiles() {
    RejectReason image = RejectReason.IMAGE_TYPE_UNSUPPORTED;
    RejectReason other = RejectReason.IMAGE_TYPE_UNKNOWN;
    return Stream.of(
        Arguments.of("", "no bytes", RejectReason.IMAGE_EMPTY),
        Arguments.of("BM\0\0\0\0", "BMP", image),
        Arguments.of("II*\0\b\0\0\0", "TIFF", image),
        Arguments.of("MM\0*\0\0\0\b", "TIFF", image),
        Arguments.of("\0\0\0 ftypavif\0\0", "AVIF", image),
        Arguments.of("\0\0\0 ftypheic\0\0", "HEIC", image),
        Arguments.of("\n<?xml version='1.0'?><SVG width='1'/>", "SVG", image),
        Arguments.of("\0\0\0 ftypisom\0\0", "a video", other),
        Arguments.of("%PDF-1.7", "a PDF document", other),
        Arguments.of("PK\u0003\u0004", "a ZIP archive", other),
        Arguments.of(" <!DOCTYPE html><p>404", "an HTML page", other),
        Arguments.of("RIFF\0\0\0\0WAVE", "a sound", other),
        Arguments.of("not found", "text", other),
        Arguments.of("\u0001\u0002\u0003", "no known image format", other));
  }

  private ProbedImage kept(byte[] file) {
    return step.apply(new EncodedImage(file))
        .fold(
            image -> image,
            rejection -> {
              throw new AssertionError(rejection.toString());
            });
  }

  private Rejection rejection(byte[] file) {
    List<Rejection> rejections = step.apply(new EncodedImage(file)).rejectedOnly();
    assertThat(rejections).hasSize(1);
    return rejections.get(0);
  }
}

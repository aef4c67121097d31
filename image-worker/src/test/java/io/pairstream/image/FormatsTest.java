package io.pairstream.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.image.ImagePlan;
import io.pairstream.cleaning.image.PictureOutput.ImageEncoding;
import io.pairstream.cleaning.image.PreparedImage;
import io.pairstream.image.sandbox.WorkerSettings;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every format and variant against Pillow and Little CMS: the files of {@code
 * src/test/reference/formats_reference.py}, each beside its pixels.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FormatsTest {

  private static final String GOLDEN = ".golden.png";

  /** Every pixel as it is. */
  private static final ImagePlan AS_IT_IS =
      Pictures.plan(
          "image: {mode: keep-ratio-largest, side-px: 1024, when-smaller: keep, encoding: raw}");

  @AutoClose private final ImageWorkerPool pool = new ImageWorkerPool(settings());

  /** How the worker runs; another class has the same files decoded by OpenCV alone. */
  WorkerSettings settings() {
    return Pictures.settings(1);
  }

  @ParameterizedTest
  @MethodSource("names")
  void agreesWithASecondDecoder(String name) throws IOException {
    byte[] file = file(name);
    String stem = name.substring(0, name.lastIndexOf('.'));
    byte[] golden = Pictures.rgb(Pictures.decode(Files.readAllBytes(golden(stem))));

    PreparedImage prepared = Pictures.kept(Pictures.prepare(pool, file, AS_IT_IS));

    assertThat(Pictures.difference(prepared.picture().encoded().bytes(), golden))
        .isLessThanOrEqualTo(isLossless(name) ? 0.6 : 3.0);
  }

  private static boolean isLossless(String name) {
    return name.startsWith("png") || name.startsWith("gif") || name.startsWith("webp-lossless");
  }

  static Stream<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder())) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.endsWith(GOLDEN))
          .sorted()
          .toList()
          .stream();
    }
  }

  /** One of the files. */
  static byte[] file(String name) throws IOException {
    return Files.readAllBytes(folder().resolve(name));
  }

  @ParameterizedTest
  @MethodSource("names")
  void carriesNoMetadataOver(String name) throws IOException {
    for (ImageEncoding encoding : new ImageEncoding[] {ImageEncoding.JPEG, ImageEncoding.PNG}) {
      byte[] prepared =
          Pictures.kept(Pictures.prepare(pool, file(name), Pictures.square(16, encoding)))
              .picture()
              .encoded()
              .bytes();

      assertThat(Metadata.names(prepared)).isSubsetOf("APP0 JFIF", "IHDR", "IDAT", "IEND");
    }
  }

  private static Path golden(String stem) {
    return folder().resolve(stem + GOLDEN);
  }

  private static Path folder() {
    try {
      return Path.of(FormatsTest.class.getResource("formats").toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException("a resource is a file", e);
    }
  }
}

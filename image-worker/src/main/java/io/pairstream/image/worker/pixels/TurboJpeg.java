package io.pairstream.image.worker.pixels;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import java.io.IOException;
import java.lang.module.ModuleDescriptor.Version;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * libjpeg-turbo's TurboJPEG API, which hands out a JPEG's planes as they are stored.
 *
 * <p>The library is the system's, which its distribution patches. For tests, the system property
 * {@code pairstream.worker.turbojpeg} names another one, or none.
 *
 * <p>Pointers travel as longs and C's {@code unsigned long} as a long, which is right on every
 * 64-bit system but Windows. The functions are those of version 2.0; later ones still have them.
 */
final class TurboJpeg {

  /** Names the library. */
  static final String PROPERTY = "pairstream.worker.turbojpeg";

  /** Oldest supported version, of Debian 12 and Ubuntu 24.04; an older one's pixels differ. */
  private static final Version OLDEST = Version.parse("2.1.5");

  /** Sonames for the system's linker, then the paths of Homebrew. */
  private static final List<String> OF_THE_SYSTEM =
      List.of(
          "libturbojpeg.so.0",
          "/opt/homebrew/lib/libturbojpeg.dylib",
          "/usr/local/lib/libturbojpeg.dylib");

  /** Text with the version in each version's library; the API does not give it. */
  private static final Pattern VERSION = Pattern.compile("libjpeg-turbo version (\\d[\\w.]*)");

  private TurboJpeg() {}

  /**
   * Loads the library for the rest of this process's life.
   *
   * @return what was loaded, in words
   * @throws UnsatisfiedLinkError where none is new enough; says what was found and what helps
   */
  static String load() {
    String missing = "no libturbojpeg is found";
    String wanted = System.getProperty(PROPERTY, "");
    for (String name : wanted.isEmpty() ? OF_THE_SYSTEM : List.of(wanted)) {
      try {
        NativeLibrary library = NativeLibrary.getInstance(name);
        Path file = file(name);
        Version version = version(file);
        String found = "libjpeg-turbo " + version + " (" + file + ")";
        if (version.compareTo(OLDEST) >= 0) {
          Native.register(TurboJpeg.class, library);
          return found;
        }
        missing = found + " is older than " + OLDEST;
      } catch (UnsatisfiedLinkError | IOException e) {
        // The next one may do.
      }
    }
    throw new UnsatisfiedLinkError(
        missing + " (apt-get install libturbojpeg0; Ubuntu 24.04 calls it libturbojpeg)");
  }

  private static Path file(String name) throws IOException {
    if (name.startsWith("/")) {
      return Path.of(name);
    }
    try (Stream<String> mappings = Files.lines(Path.of("/proc/self/maps"))) {
      return mappings
          .filter(mapping -> mapping.contains("/" + name))
          .map(mapping -> Path.of(mapping.substring(mapping.indexOf('/'))))
          .findFirst()
          .orElse(Path.of(name));
    }
  }

  /** Version of the library; 0 where the file does not contain it. */
  private static Version version(Path file) throws IOException {
    Matcher found = VERSION.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
    return Version.parse(found.find() ? found.group(1) : "0");
  }

  static native long tjInitDecompress();

  static native long tjInitCompress();

  static native int tjDestroy(long handle);

  static native int tjDecompressHeader3(
      long handle,
      long jpeg,
      long jpegBytes,
      int[] width,
      int[] height,
      int[] sampling,
      int[] colourSpace);

  static native int tjDecompressToYUVPlanes(
      long handle,
      long jpeg,
      long jpegBytes,
      long[] planes,
      int width,
      int[] strides,
      int height,
      int flags);

  static native int tjDecodeYUVPlanes(
      long handle,
      long[] planes,
      int[] strides,
      int sampling,
      long pixels,
      int width,
      int pitch,
      int height,
      int pixelFormat,
      int flags);

  static native int tjEncodeYUVPlanes(
      long handle,
      long pixels,
      int width,
      int pitch,
      int height,
      int pixelFormat,
      long[] planes,
      int[] strides,
      int sampling,
      int flags);

  static native int tjCompressFromYUVPlanes(
      long handle,
      long[] planes,
      int width,
      int[] strides,
      int height,
      int sampling,
      long[] jpeg,
      long[] jpegBytes,
      int quality,
      int flags);

  static native long tjBufSize(int width, int height, int sampling);

  static native String tjGetErrorStr2(long handle);
}

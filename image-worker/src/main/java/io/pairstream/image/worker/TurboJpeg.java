package io.pairstream.image.worker;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;

/**
 * libjpeg-turbo's TurboJPEG API, which hands out a JPEG's planes as they are stored.
 *
 * <p>The library is the system's, which its distribution patches, else the one that the build lays
 * beside the other native code. The system property {@code pairstream.worker.turbojpeg} names
 * another one, or says {@code none}.
 *
 * <p>Pointers travel as longs and C's {@code unsigned long} as a long, which is right on every
 * 64-bit system but Windows. The functions are those of version 2.0; later ones still have them.
 */
final class TurboJpeg {

  /** Names the library, or says {@link #NONE}. */
  static final String PROPERTY = "pairstream.worker.turbojpeg";

  static final String NONE = "none";

  /** Version 2.0 was the first with this function, which tells a warning from an error. */
  private static final String SINCE_2_0 = "tjGetErrorCode";

  /** By soname, so that the system's linker looks for them; then where Homebrew puts them. */
  private static final List<String> OF_THE_SYSTEM =
      List.of(
          "libturbojpeg.so.0",
          "/opt/homebrew/lib/libturbojpeg.dylib",
          "/usr/local/lib/libturbojpeg.dylib");

  private static final Pattern VERSION = Pattern.compile("libjpeg-turbo version (\\d[\\w.]*)");

  private TurboJpeg() {}

  /**
   * Loads the library for the rest of this process's life.
   *
   * @return what was loaded, in words; nothing where there is no such library
   * @throws IllegalStateException if a library that was asked for by name cannot be loaded
   */
  static Optional<String> load() {
    String wanted = System.getProperty(PROPERTY, "");
    if (wanted.equals(NONE)) {
      return Optional.empty();
    }
    if (!wanted.isEmpty()) {
      return Optional.of(
          open(wanted)
              .orElseThrow(
                  () -> new IllegalStateException(PROPERTY + "=" + wanted + " cannot be loaded")));
    }
    List<String> candidates = new ArrayList<>(OF_THE_SYSTEM);
    candidates.add(carried().toString());
    return candidates.stream().map(TurboJpeg::open).flatMap(Optional::stream).findFirst();
  }

  /** Beside the jars with native code. */
  private static Path carried() {
    String jar = Pointer.class.getProtectionDomain().getCodeSource().getLocation().getPath();
    return Path.of(jar).resolveSibling("libturbojpeg.so");
  }

  private static Optional<String> open(String name) {
    if (name.startsWith("/") && !Files.isReadable(Path.of(name))) {
      return Optional.empty();
    }
    try {
      NativeLibrary library = NativeLibrary.getInstance(name);
      library.getFunction(SINCE_2_0);
      Native.register(TurboJpeg.class, library);
    } catch (UnsatisfiedLinkError e) {
      return Optional.empty();
    }
    Path file = file(name);
    return Optional.of("libjpeg-turbo " + version(file) + " (" + file + ")");
  }

  /** The file behind a soname, as far as this system tells. */
  private static Path file(String name) {
    if (!name.startsWith("/")) {
      try (Stream<String> mappings = Files.lines(Path.of("/proc/self/maps"))) {
        return mappings
            .filter(mapping -> mapping.contains("libturbojpeg"))
            .map(mapping -> Path.of(mapping.substring(mapping.indexOf('/'))))
            .findFirst()
            .orElse(Path.of(name));
      } catch (IOException e) {
        return Path.of(name);
      }
    }
    return Path.of(name);
  }

  /** The API does not tell; the library's texts do. */
  private static String version(Path file) {
    try {
      Matcher found =
          VERSION.matcher(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
      if (found.find()) {
        return found.group(1);
      }
    } catch (IOException e) {
      // It is loaded all the same.
    }
    return "2.0 or newer";
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

package io.pairstream.image.worker.process;

import io.pairstream.cleaning.ClassPathFile;
import io.pairstream.image.worker.models.ModelLoader;
import io.pairstream.image.worker.pixels.ColourConversion;
import io.pairstream.image.worker.pixels.InkDecoder;
import io.pairstream.image.worker.pixels.PlaneScaler;
import java.awt.color.ColorSpace;
import java.awt.color.ICC_Profile;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.ffmpeg.global.swscale;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.onnxruntime.global.onnxruntime;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.global.opencv_photo;

/**
 * Opens what a worker would open no sooner than the first picture needs it, which {@link
 * SystemCallFilter} forbids then.
 */
final class LateParts {

  /** Classes whose native libraries are loaded with them; a model's is loaded with the model. */
  private static final List<Class<?>> NATIVES =
      List.of(opencv_imgproc.class, opencv_imgcodecs.class, opencv_photo.class, swscale.class);

  private LateParts() {}

  /**
   * Has JavaCPP say, before anything is asked, that the binding of models is of an earlier version
   * than its own, which would count as a complaint about the first picture.
   */
  static void compareVersions() {
    var unused = new org.bytedeco.onnxruntime.presets.onnxruntime();
  }

  /** Opens every jar of the class path, and loads the classes of its folders. */
  static void openClassPath() {
    // Found nowhere, so every place is searched.
    ClassLoader.getSystemResource("no/such/resource");
    for (String part : System.getProperty("java.class.path").split(File.pathSeparator)) {
      Path folder = Path.of(part);
      if (Files.isDirectory(folder)) {
        loadClasses(folder);
      }
    }
  }

  /** Lays every native library into the folder where workers find it. */
  static void unpack() {
    NATIVES.forEach(Loader::load);
    Loader.load(onnxruntime.class);
    ModelLoader.loadCascades();
  }

  /**
   * Loads what comes with native code, and what decodes a picture in inks, by having it do its work
   * once; while no other thread loads such classes, since these need each other.
   */
  static void loadNatives() {
    NATIVES.forEach(Loader::load);
    InkDecoder.decode(
        ClassPathFile.bytes(LateParts.class, "/io/pairstream/image/self-test.jpg"),
        new PlaneScaler());
  }

  /** From now on a class whose library is loaded does not look for it. */
  static void loadNoMore() {
    System.setProperty("org.bytedeco.javacpp.loadLibraries", "false");
  }

  /** Opens the class path, and loads what is Java's own; beside a thread that loads natives. */
  static void loadJava() {
    openClassPath();
    byte[] linear = ICC_Profile.getInstance(ColorSpace.CS_LINEAR_RGB).getData();
    if (ColourConversion.of(linear, 3).isEmpty()) {
      throw new IllegalStateException("Java reads no profile of its own");
    }
  }

  private static void loadClasses(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".class")).toList()) {
        String name = folder.relativize(file).toString().replace(File.separatorChar, '.');
        Class.forName(
            name.substring(0, name.length() - ".class".length()),
            false,
            LateParts.class.getClassLoader());
      }
    } catch (IOException | ClassNotFoundException e) {
      throw new IllegalStateException("the class path cannot be read", e);
    }
  }
}

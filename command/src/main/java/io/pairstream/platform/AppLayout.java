package io.pairstream.platform;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Where this program's jars lie, found from the place its own classes were loaded from.
 *
 * <p>Packaged: {@code lib/} has every jar but the native image libraries, {@code decoder/} those.
 * Run from compiled classes, the running class path takes the place of both; the worker's jars are
 * the build's.
 */
public final class AppLayout {

  private final Path ownCode;
  private final Path app;
  private final boolean packaged;

  private AppLayout(Path ownCode, Path app, boolean packaged) {
    this.ownCode = ownCode;
    this.app = app;
    this.packaged = packaged;
  }

  /** The layout that the calling program was loaded from. */
  public static AppLayout ofThisProgram() {
    try {
      return of(
          Path.of(AppLayout.class.getProtectionDomain().getCodeSource().getLocation().toURI()));
    } catch (URISyntaxException e) {
      throw new IllegalStateException("a code source is a file", e);
    }
  }

  /**
   * The layout around a jar or a folder of compiled classes.
   *
   * @param ownCode {@code APP/lib/NAME.jar}, or {@code MODULE/target/classes}
   */
  static AppLayout of(Path ownCode) {
    if (Files.isDirectory(ownCode)) {
      return new AppLayout(ownCode, ownCode.resolveSibling("app"), false);
    }
    return new AppLayout(ownCode, ownCode.getParent().getParent(), true);
  }

  /** Class path of a service. */
  public String serviceClassPath() {
    return packaged ? all("lib") : System.getProperty("java.class.path");
  }

  /** Class path of a process that decodes images in its own Java machine. */
  public String feedClassPath() {
    return packaged ? join(all("lib"), all("decoder")) : System.getProperty("java.class.path");
  }

  /**
   * Class path of an image worker.
   *
   * <p>From compiled classes it is the build's, {@code pairstream.worker.classpath} where that
   * property is set.
   */
  public String workerClassPath() {
    if (packaged) {
      List<String> parts = new ArrayList<>();
      jars(app.resolve("lib"), "{image-worker,cleaning}-*.jar")
          .forEach(jar -> parts.add(jar.toString()));
      parts.add(all("decoder"));
      return join(parts.toArray(String[]::new));
    }
    Path project = ownCode.getParent().getParent().getParent();
    Path worker = project.resolve("image-worker").resolve("target");
    return System.getProperty(
        "pairstream.worker.classpath",
        join(
            worker.resolve("classes").toString(),
            worker.resolve("worker") + File.separator + "*",
            project.resolve("cleaning").resolve("target").resolve("classes").toString()));
  }

  private String all(String folder) {
    return app.resolve(folder) + File.separator + "*";
  }

  private static String join(String... parts) {
    return String.join(File.pathSeparator, parts);
  }

  private static List<Path> jars(Path folder, String glob) {
    List<Path> found = new ArrayList<>();
    if (!Files.isDirectory(folder)) {
      return found;
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, glob)) {
      entries.forEach(found::add);
    } catch (IOException e) {
      throw new PlatformException("cannot list " + folder, e);
    }
    return found;
  }
}

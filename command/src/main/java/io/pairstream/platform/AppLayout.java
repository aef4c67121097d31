package io.pairstream.platform;

import io.pairstream.image.sandbox.WorkerSettings;
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
 *
 * @param ownCode {@code APP/lib/NAME.jar}, or {@code MODULE/target/classes}
 */
public record AppLayout(Path ownCode) {

  /** The layout that the calling program was loaded from. */
  public static AppLayout ofThisProgram() {
    try {
      return new AppLayout(
          Path.of(AppLayout.class.getProtectionDomain().getCodeSource().getLocation().toURI()));
    } catch (URISyntaxException e) {
      throw new IllegalStateException("a code source is a file", e);
    }
  }

  private boolean isPackaged() {
    return !Files.isDirectory(ownCode);
  }

  /** Settings of so many image workers of the calling program. */
  public static WorkerSettings workers(int workers) {
    return WorkerSettings.of(ofThisProgram().workerClassPath(), workers);
  }

  /** Class path of a service. */
  public String serviceClassPath() {
    return isPackaged() ? all("lib") : System.getProperty("java.class.path");
  }

  /**
   * Class path of an image worker.
   *
   * <p>From compiled classes it is the build's, {@code pairstream.worker.classpath} where that
   * property is set.
   */
  public String workerClassPath() {
    if (isPackaged()) {
      List<String> parts = new ArrayList<>(List.of(all("decoder")));
      try (DirectoryStream<Path> jars =
          Files.newDirectoryStream(ownCode.getParent(), "{image-worker,cleaning}-*.jar")) {
        jars.forEach(jar -> parts.add(jar.toString()));
      } catch (IOException e) {
        throw new PlatformException("cannot list " + ownCode.getParent(), e);
      }
      return String.join(File.pathSeparator, parts);
    }
    Path project = ownCode.getParent().getParent().getParent();
    Path worker = project.resolve("image-worker/target");
    return System.getProperty(
        "pairstream.worker.classpath",
        String.join(
            File.pathSeparator,
            worker.resolve("classes").toString(),
            worker.resolve("worker") + File.separator + "*",
            project.resolve("cleaning/target/classes").toString()));
  }

  private String all(String folder) {
    return ownCode.getParent().resolveSibling(folder) + File.separator + "*";
  }
}

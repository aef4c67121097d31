package io.pairstream.cleaning.plugin;

import io.pairstream.cleaning.recipe.RecipeReader.NamedFile;
import io.pairstream.plugin.CaptionPlugin;
import io.pairstream.plugin.PicturePlugin;
import io.pairstream.plugin.StepPlugin;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.zip.ZipException;

/**
 * The steps that a jar offers.
 *
 * @param steps by name
 */
record PluginJar(TreeMap<String, StepPlugin<?>> steps) {

  private static final String API = StepPlugin.class.getPackageName();

  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,39}");

  private static final List<Class<? extends StepPlugin<?>>> KINDS =
      List.of(CaptionPlugin.class, PicturePlugin.class);

  /** A jar that cannot be used; the message says why, without the jar's name. */
  static final class BadJarException extends Exception {

    private static final long serialVersionUID = 1L;

    BadJarException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** Lets a jar see the JDK and the plugins' package, and nothing else that the service runs on. */
  private static final class ApiLoader extends ClassLoader {

    ApiLoader() {
      super(ClassLoader.getPlatformClassLoader());
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
      if (name.startsWith(API + ".")) {
        return Class.forName(name, false, StepPlugin.class.getClassLoader());
      }
      throw new ClassNotFoundException(name);
    }
  }

  /**
   * Finds the steps of a jar, of which it keeps a copy: a class that is first used in an hour comes
   * from the jar whose digest is in the recipe's version.
   */
  static PluginJar load(NamedFile jar) throws BadJarException {
    try {
      Path copy = Files.createTempFile("pairstream-plugin-", ".jar");
      copy.toFile().deleteOnExit();
      Files.copy(jar.path(), copy, StandardCopyOption.REPLACE_EXISTING);
      if (!NamedFile.sha256(copy).equals(jar.sha256())) {
        throw new BadJarException("was changed while it was read; try again", null);
      }
      new JarFile(copy.toFile()).close();
      return find(new URLClassLoader(new URL[] {copy.toUri().toURL()}, new ApiLoader()));
    } catch (ZipException e) {
      throw new BadJarException("is no jar: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new BadJarException("cannot be read: " + e.getMessage(), e);
    }
  }

  private static PluginJar find(ClassLoader classes) throws BadJarException {
    TreeMap<String, StepPlugin<?>> found = new TreeMap<>();
    try {
      for (Class<? extends StepPlugin<?>> kind : KINDS) {
        for (StepPlugin<?> step : ServiceLoader.load(kind, classes)) {
          String name = String.valueOf(step.name());
          if (!NAME.matcher(name).matches()) {
            throw new BadJarException(
                "has a step '%s'; a name has 1 to 40 lower-case letters, digits and hyphens"
                    .formatted(name),
                null);
          }
          if (found.put(name, step) != null) {
            throw new BadJarException("has two steps of the name " + name, null);
          }
        }
      }
    } catch (ServiceConfigurationError e) {
      throw cannotLoad(e.getCause() == null ? e.getMessage() : Fault.inWords(e.getCause()), e);
    } catch (LinkageError | RuntimeException e) {
      throw cannotLoad(Fault.inWords(e), e);
    }
    if (found.isEmpty()) {
      throw new BadJarException(
          "has no steps; META-INF/services/%s or …%s names their classes"
              .formatted(CaptionPlugin.class.getName(), PicturePlugin.class.getSimpleName()),
          null);
    }
    return new PluginJar(found);
  }

  private static BadJarException cannotLoad(String fault, Throwable cause) {
    return new BadJarException("has a step that cannot be loaded: " + fault, cause);
  }
}

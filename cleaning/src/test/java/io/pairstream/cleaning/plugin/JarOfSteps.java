package io.pairstream.cleaning.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.plugin.StepPlugin;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/** Compiles sources against the plugins' package alone, and packs them with their other files. */
record JarOfSteps(Path work) {

  static final Path EXAMPLE = Path.of("../examples/plugin");

  /** The jar of a folder of sources. */
  Path pack(Path sources, Path jar, Predicate<String> packed) throws IOException {
    Path classes = work.resolve("classes-" + jar.getFileName());
    List<String> arguments = new ArrayList<>(List.of("--release", "17", "-d", classes.toString()));
    arguments.addAll(List.of("-Xlint:all", "-Werror", "-cp", apiAlone().toString()));
    files(sources)
        .filter(file -> file.endsWith(".java"))
        .map(sources::resolve)
        .forEach(file -> arguments.add(file.toString()));
    int status =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, arguments.toArray(String[]::new));
    assertThat(status).as("status of the compiler").isZero();
    try (OutputStream bytes = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(bytes)) {
      for (Path folder : List.of(classes, sources)) {
        for (String name :
            files(folder).filter(file -> !file.endsWith(".java")).filter(packed).toList()) {
          out.putNextEntry(new JarEntry(name));
          Files.copy(folder.resolve(name), out);
        }
      }
    }
    return jar;
  }

  /** Folder that has nothing of ours but the plugins' package. */
  private Path apiAlone() throws IOException {
    Path api = work.resolve("api/io/pairstream/plugin");
    Path own = Path.of("target/classes/io/pairstream/plugin");
    assertThat(own.resolve(StepPlugin.class.getSimpleName() + ".class")).exists();
    Files.createDirectories(api);
    for (String name : files(own).toList()) {
      Files.write(api.resolve(name), Files.readAllBytes(own.resolve(name)));
    }
    return work.resolve("api");
  }

  private static Stream<String> files(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all
          .filter(Files::isRegularFile)
          .map(file -> folder.relativize(file).toString())
          .sorted()
          .toList()
          .stream();
    }
  }
}

package io.pairstream.feed.python;

import io.pairstream.testing.PythonEnvironment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The feed in Python, run from its sources. */
final class PythonSources {

  static final Path FOLDER =
      Path.of(System.getProperty("pairstream.project.dir"), "trainer-feed", "python");

  private PythonSources() {}

  /** With Torch and what exports need where {@code PAIRSTREAM_TORCH} is true. */
  static PythonEnvironment environment() throws Exception {
    List<Path> requirements = new ArrayList<>(List.of(FOLDER.resolve("requirements.txt")));
    if (Boolean.parseBoolean(System.getenv("PAIRSTREAM_TORCH"))) {
      requirements.add(FOLDER.resolve("requirements-torch.txt"));
      requirements.add(FOLDER.resolve("requirements-export.txt"));
    }
    return PythonEnvironment.of(requirements.toArray(Path[]::new));
  }

  /** Environment of a process, with other variables added. */
  static Map<String, String> variables(Map<String, String> others) {
    Map<String, String> variables = new HashMap<>(others);
    variables.put("PYTHONPATH", FOLDER.resolve("src").toString());
    return variables;
  }
}

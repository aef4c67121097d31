package io.pairstream.feed.python;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The Python package keeps its public names, by its own test, which writes its goldens as others
 * do.
 */
@Timeout(3600)
class PythonCompatibilityTest {

  @Test
  void keepsItsPublicNamesAndParameters() throws Exception {
    Map<String, String> variables =
        Boolean.getBoolean("write.goldens") ? Map.of("PAIRSTREAM_WRITE_GOLDENS", "1") : Map.of();
    PythonSources.environment()
        .run(
            PythonSources.variables(variables),
            "-m",
            "pytest",
            "--rootdir=" + PythonSources.FOLDER,
            "--config-file=" + PythonSources.FOLDER.resolve("pyproject.toml"),
            "-p",
            "no:cacheprovider",
            "--color=no",
            PythonSources.FOLDER.resolve("tests/test_compatibility.py").toString());
  }
}

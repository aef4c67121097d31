package io.pairstream.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.testing.Await;
import io.pairstream.testing.PythonEnvironment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A newcomer in a folder beyond ASCII and without a locale; for the demo see DemoTest. */
@Timeout(1800)
@Tag("full")
@EnabledOnOs(OS.LINUX)
class BeyondAsciiTest {

  private static final Path PROJECT = Path.of(System.getProperty("pairstream.project.dir"));

  private static final String TRAIN =
      """
      import pairstream
      source = pairstream.open(platform="数据", dataset="pairs", split="training")
      view = source.cut()
      view.save("训练2.view")
      with pairstream.Loader(source, "训练2.view", batch_size=4, seed=7) as loader:
          batch = next(iter(loader))
          print("猫 " + str(batch.images.shape))
      """;

  @TempDir private Path folder;

  private final Map<String, String> locale = Map.of("LC_ALL", "POSIX");
  private UnpackedRelease release;

  @Test
  void theWholeWayFromPicturesToBatches() throws Exception {
    Path home = Files.createDirectory(folder.resolve("张伟 ä"));
    release = new UnpackedRelease(home);
    run("draw 照片 --pairs 40");
    Path photos = home.resolve("照片");
    Files.move(photos.resolve("000001.jpg"), photos.resolve("猫 ö.jpg"));
    Files.move(photos.resolve("000001.txt"), photos.resolve("猫 ö.txt"));
    try (PairstreamProcess up =
        PairstreamProcess.start(
            folder.resolve("up.log"),
            release.command(locale, "up --data-dir 数据 --recipe demo --decode-deadline PT25S"))) {
      Await.until("it is up", () -> up.said().contains("Ctrl-C stops it."), up::said);
      assertThat(up.said()).contains(home.resolve("数据").toString());
      assertThat(run("import 照片 --data-dir 数据 --wait")).doesNotContain("�", "??");
      run("view cut 训练.view --data-dir 数据");
      run("feed --data-dir 数据 --batch-size 4 --max-batches 2");
      run("export 训练.view --data-dir 数据 --to 碎片");
      run("audit --data-dir 数据");
      Path script = Files.writeString(home.resolve("训练.py"), TRAIN);
      Path sources = PROJECT.resolve("trainer-feed/python");
      ProcessBuilder python =
          PythonEnvironment.of(sources.resolve("requirements.txt"))
              .builder(Map.of("PYTHONPATH", sources.resolve("src").toString()), script.toString());
      python.environment().keySet().removeIf(name -> name.matches("LANG|LC_.*"));
      python.environment().putAll(locale);
      assertThat(end(python.directory(home.toFile()))).contains("猫 (4, ");
    }
    assertThat(home).isDirectoryContaining("glob:**/数据").isDirectoryNotContaining("glob:**/broker");
  }

  /** Runs a command to its end; what it printed. */
  private String run(String words) throws Exception {
    return end(release.command(locale, words));
  }

  private String end(ProcessBuilder builder) throws Exception {
    Path log = Files.createTempFile(folder, "log", "");
    Process process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    assertThat(process.waitFor(20, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(log)).isZero();
    return Files.readString(log);
  }
}

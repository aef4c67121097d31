package io.pairstream.image.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.image.Pictures;
import io.pairstream.image.protocol.ImageWindow;
import io.pairstream.image.sandbox.ConfinedProcess.LostException;
import io.pairstream.image.worker.process.LeavingWorker;
import java.io.DataOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** A worker that nothing holds back, and that leaves behind what it can. */
@EnabledOnOs(OS.LINUX)
class ConfinedProcessTest {

  private static final Duration LIMIT = Duration.ofMinutes(10);

  /** Less than what was left behind lives; nothing else here takes as long. */
  @Test
  @Timeout(value = 400, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void whatAWorkerLeavesBehindDelaysNoOther() throws Exception {
    String classPath =
        LeavingWorker.class.getProtectionDomain().getCodeSource().getLocation().getPath()
            + File.pathSeparator
            + System.getProperty("pairstream.worker.classpath");
    Confinement confinement =
        new Confinement(
            Pictures.settings(classPath, 1),
            LeavingWorker.class.getName(),
            Sandbox.PICTURE_MEMORY_BYTES,
            Launcher.NONE);
    ConfinedProcess process = confinement.start(ImageWindow.none(), List.of());
    String[] greeting = process.greet(LIMIT).strip().split(" ");
    ProcessHandle left = ProcessHandle.of(Long.parseLong(greeting[0])).orElseThrow();
    try {
      assertThatThrownBy(
              () -> process.ask(1, LIMIT, out -> writeOne(out), answers -> answers.readByte()))
          .isInstanceOf(LostException.class)
          .hasMessageStartingWith("the worker died")
          .hasMessageEndingWith("its last words");
      assertThat(left.isAlive()).isTrue();
    } finally {
      left.destroyForcibly();
    }

    Path directory = Path.of(greeting[1]);
    nest(directory);
    confinement.close();
    new ProcessBuilder("rm", "-rf", directory.toString()).start().waitFor(60, TimeUnit.SECONDS);
  }

  private static void writeOne(DataOutputStream out) throws IOException {
    out.writeByte(1);
    out.flush();
  }

  /** Makes folders so deep that no path names the last of them. */
  private static void nest(Path directory) throws Exception {
    Path upper = directory.resolve("upper");
    Path lower = directory.resolve("lower");
    String name = "n".repeat(200);
    for (Path half : List.of(upper, lower)) {
      Path at = half;
      for (int i = 0; i < 15; i++) {
        at = at.resolve(name);
      }
      Files.createDirectories(at);
    }
    Path bottom = upper;
    while (Files.isDirectory(bottom.resolve(name))) {
      bottom = bottom.resolve(name);
    }
    Files.move(lower, bottom.resolve("lower"));
  }
}

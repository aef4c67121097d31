package io.pairstream.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.service.requirements.Finding;
import io.pairstream.service.requirements.Finding.Level;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MachineChecksTest {

  private static final long MIB = 1024 * 1024;

  @ParameterizedTest
  @CsvSource({"2, 2560, OK", "2, 2559, WARNING", "8, 7168, OK", "8, 7167, WARNING"})
  void wantsMemoryForAWorkerOnEachProcessor(int processors, long memoryMib, Level level) {
    assertThat(MachineChecks.memory(processors, memoryMib * MIB, MIB).level()).isEqualTo(level);
  }

  @ParameterizedTest
  @CsvSource({"8192, OK", "8191, WARNING"})
  void wantsRoomForConnectionsAndSegments(long openFiles, Level level) {
    assertThat(MachineChecks.openFiles(openFiles).level()).isEqualTo(level);
  }

  @ParameterizedTest
  @CsvSource({
    "true,  1024, OK",
    "true, 1023, WARNING",
    "true, 255, WRONG",
    "false, 1024, WRONG",
  })
  void wantsPlacesThatCanBeWrittenAndHaveRoom(boolean isWritable, long freeMib, Level level) {
    Finding finding =
        MachineChecks.disk(
            "disk", Path.of("/somewhere"), isWritable, freeMib * MIB, 1024 * MIB, "--data-dir");

    assertThat(finding.level()).isEqualTo(level);
    assertThat(finding.found()).contains("/somewhere");
  }

  @Test
  void aDirectoryThatIsToBeMadeLiesOnTheDiskOfItsNearestAncestor(@TempDir Path folder) {
    assertThat(MachineChecks.look("1", folder.resolve("not").resolve("yet")))
        .anyMatch(finding -> finding.found().endsWith(" in " + folder.toAbsolutePath()));
  }

  @ParameterizedTest
  @CsvSource({
    "'JPEG by libjpeg-turbo 2.1.5, all else by OpenCV 4.14.0', '', OK",
    "'JPEG by OpenCV, slower, as no libturbojpeg is found', a limit on memory, WARNING",
  })
  void saysWhatAWorkerLacks(String codecs, String missing, Level level) {
    assertThat(MachineChecks.WorkerCheck.codecs(codecs).level()).isEqualTo(level);
    assertThat(MachineChecks.WorkerCheck.protection("cleared environment", missing).level())
        .isEqualTo(level);
  }
}

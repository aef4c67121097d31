package io.pairstream.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.doctor.MachineChecks.Disk;
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
    "true,  true,  10240, OK",
    "true,  true,  10239, WARNING",
    "true,  true,  255,   WRONG",
    "true,  false, 10240, WRONG",
    "false, true,  1024,  OK",
    "false, true,  1023,  WARNING",
    "false, true,  255,   WRONG",
  })
  void wantsPlacesThatCanBeWrittenAndHaveRoom(
      boolean isData, boolean writable, long freeMib, Level level) {
    Finding finding = new Disk(isData, Path.of("/somewhere"), writable, freeMib * MIB).judge();

    assertThat(finding.level()).isEqualTo(level);
    assertThat(finding.found()).contains("/somewhere");
  }

  @Test
  void aDirectoryThatIsToBeMadeLiesOnTheDiskOfItsNearestAncestor(@TempDir Path folder) {
    assertThat(Disk.of(true, folder.resolve("not").resolve("yet")).directory())
        .isEqualTo(folder.toAbsolutePath());
  }

  @ParameterizedTest
  @CsvSource({
    "'JPEG by libjpeg-turbo 2.1.5, all else by OpenCV 4.13.0', '', OK",
    "'JPEG by OpenCV, slower, as no libturbojpeg is found', a limit on memory, WARNING",
  })
  void saysWhatAWorkerLacks(String codecs, String missing, Level level) {
    assertThat(WorkerCheck.codecs(codecs).level()).isEqualTo(level);
    assertThat(WorkerCheck.protection("cleared environment", missing).level()).isEqualTo(level);
  }
}

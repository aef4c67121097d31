package io.pairstream.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.doctor.MachineFacts.Disk;
import io.pairstream.service.requirements.Finding;
import io.pairstream.service.requirements.Finding.Level;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MachineChecksTest {

  private static final long MIB = 1024 * 1024;

  @ParameterizedTest
  @CsvSource({"2, 2560, OK", "2, 2559, WARNING", "8, 7168, OK", "8, 7167, WARNING"})
  void wantsMemoryForAWorkerOnEachProcessor(int processors, long memoryMib, Level level) {
    MachineFacts facts =
        new MachineFacts("17", processors, memoryMib * MIB, MIB, OptionalLong.of(8_192), List.of());

    assertThat(found(facts, "memory").level()).isEqualTo(level);
  }

  @ParameterizedTest
  @CsvSource({"8192, OK", "8191, WARNING"})
  void wantsRoomForConnectionsAndSegments(long openFiles, Level level) {
    assertThat(found(machine(OptionalLong.of(openFiles), List.of()), "open-files").level())
        .isEqualTo(level);
  }

  @ParameterizedTest
  @CsvSource({
    "data, true,  10240, OK",
    "data, true,  10239, WARNING",
    "data, true,  255,   WRONG",
    "data, false, 10240, WRONG",
    "temp, true,  1024,  OK",
    "temp, true,  1023,  WARNING",
    "temp, true,  255,   WRONG",
  })
  void wantsPlacesThatCanBeWrittenAndHaveRoom(
      String what, boolean writable, long freeMib, Level level) {
    Disk disk = new Disk(what, Path.of("/somewhere"), writable, freeMib * MIB);

    Finding finding = found(machine(OptionalLong.of(8_192), List.of(disk)), "disk-" + what);

    assertThat(finding.level()).isEqualTo(level);
    assertThat(finding.found()).contains("/somewhere");
  }

  @Test
  void aDirectoryThatIsToBeMadeLiesOnTheDiskOfItsNearestAncestor(@TempDir Path folder) {
    assertThat(Disk.of("data", folder.resolve("not").resolve("yet")).directory())
        .isEqualTo(folder.toAbsolutePath());
  }

  @ParameterizedTest
  @CsvSource({
    "'JPEG by libjpeg-turbo 2.1.5, all else by OpenCV 4.13.0', OK",
    "'JPEG by OpenCV, slower, as no libturbojpeg is found, all else by OpenCV 4.13.0', WARNING",
  })
  void saysWhichNativeLibraryIsMissed(String codecs, Level level) {
    assertThat(WorkerCheck.codecs(codecs).level()).isEqualTo(level);
  }

  @ParameterizedTest
  @CsvSource({"'', OK", "a limit on memory, WARNING"})
  void saysWhatDoesNotHoldWorkersBack(String missing, Level level) {
    assertThat(WorkerCheck.protection("cleared environment", missing).level()).isEqualTo(level);
  }

  private static MachineFacts machine(OptionalLong openFiles, List<Disk> disks) {
    return new MachineFacts("17", 2, 8_192 * MIB, MIB, openFiles, disks);
  }

  private static Finding found(MachineFacts facts, String check) {
    return MachineChecks.judge(facts).stream()
        .filter(finding -> finding.check().equals(check))
        .findFirst()
        .orElseThrow();
  }
}

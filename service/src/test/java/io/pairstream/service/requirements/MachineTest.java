package io.pairstream.service.requirements;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MachineTest {

  @Test
  void isTooBusyAboveFourProcessesForEachProcessor() {
    assertThat(Machine.busy(8, 2)).isEmpty();
    assertThat(Machine.busy(-1, 2)).isEmpty();

    assertThat(Machine.busy(64.4, 2))
        .get()
        .asString()
        .startsWith("this machine is too busy, with a load of 64 on 2 processors: stop other");
  }

  @Test
  void saysWhichDiskIsFullWithWhatIsLeftAndWhatToDo() {
    // A file system that never has room.
    Path full = Path.of("/proc");
    assumeThat(full).isDirectory();

    assertThat(Machine.of(full).disk().get())
        .contains(
            "the disk of /proc has less than 256 MiB left (0 MiB): make room there, and all goes on"
                + " by itself");
  }

  @Test
  void namesAFullDiskBeforeABusyMachine() {
    assertThat(new Machine(() -> Optional.of("full"), () -> Optional.of("busy")).trouble())
        .contains("full");
    assertThat(new Machine(Optional::empty, () -> Optional.of("busy")).trouble()).contains("busy");
  }
}

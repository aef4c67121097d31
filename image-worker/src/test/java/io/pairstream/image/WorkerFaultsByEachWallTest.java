package io.pairstream.image;

import io.pairstream.image.sandbox.Launcher;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;

/** Faults of workers behind each other wall that is to be had. */
@Tag("full")
class WorkerFaultsByEachWallTest extends WorkerFaultsTest {

  WorkerFaultsByEachWallTest(Launcher wall) {
    super(wall);
  }

  static Stream<Launcher> walls() {
    return WorkerWallsTest.walls();
  }
}

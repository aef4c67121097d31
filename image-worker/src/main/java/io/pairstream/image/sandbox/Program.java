package io.pairstream.image.sandbox;

import io.pairstream.image.protocol.ImageWindow;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A program for child processes, and the wall around it. */
sealed interface Program permits JavaProgram, PythonProgram {

  /**
   * The command of a process.
   *
   * @param directory for its temporary files
   * @param token of its start
   * @param filtered whether it can have its system calls filtered
   */
  List<String> command(Path directory, long token, ImageWindow window, boolean filtered);

  Wall wall() throws IOException;

  /** Most address space of the worker that tries this system's sandbox out, in bytes. */
  default long trialBytes() {
    return Sandbox.PICTURE_MEMORY_BYTES;
  }

  /** Whether its system calls are filtered where this system can do that. */
  default boolean isFiltered() {
    return true;
  }
}

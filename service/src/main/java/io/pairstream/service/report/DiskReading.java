package io.pairstream.service.report;

import java.nio.file.Path;

/** Room on the disk where a process keeps its state. */
public final class DiskReading implements ReadingSource {

  private final Path directory;

  /**
   * @param directory one that is there
   */
  public DiskReading(Path directory) {
    this.directory = directory;
  }

  @Override
  public void read(Reading reading) {
    long size = directory.toFile().getTotalSpace();
    if (size > 0) { // 0 where nobody can tell
      reading.gauge("disk_bytes", size);
      reading.gauge("disk_free_bytes", directory.toFile().getUsableSpace());
    }
  }
}

package io.pairstream.tools.archive;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.pairstream.tools.archive.ArchivedRecord.About;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * A tar with the raw records of a stretch of one partition: of each {@code OFFSET.json} and, where
 * it has a value, {@code OFFSET.value}. The last member is {@code end}, so that a file that was cut
 * is never taken for a whole one.
 */
final class ArchiveFile {

  private static final JsonMapper JSON =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  private static final String END = "end";
  private static final int BUFFER_BYTES = 256 * 1024;

  private ArchiveFile() {}

  /** Writes a file. */
  static final class Writer implements Closeable {

    private final FileOutputStream file;
    private final OutputStream output;
    private final TarArchiveOutputStream tar;

    Writer(Path part) throws IOException {
      file = new FileOutputStream(part.toFile());
      output = new BufferedOutputStream(file, BUFFER_BYTES);
      tar = new TarArchiveOutputStream(output, "UTF-8");
    }

    void add(ArchivedRecord record) throws IOException {
      String name = "%020d".formatted(record.about().offset());
      member(name + ".json", JSON.writeValueAsBytes(record.about()));
      if (record.value() != null) {
        member(name + ".value", record.value());
      }
    }

    long bytes() {
      return tar.getBytesWritten();
    }

    /** Ends the file, which is on disk then. */
    void finish() throws IOException {
      member(END, new byte[0]);
      tar.finish();
      output.flush(); // which the tar's own flush leaves alone
      file.getFD().sync();
    }

    private void member(String name, byte[] content) throws IOException {
      TarArchiveEntry entry = new TarArchiveEntry(name);
      entry.setModTime(0);
      entry.setSize(content.length);
      tar.putArchiveEntry(entry);
      tar.write(content);
      tar.closeArchiveEntry();
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }

  /** Reads a file. */
  static final class Reader implements Closeable {

    private final Path file;
    private final TarArchiveInputStream tar;

    Reader(Path file) throws IOException {
      this.file = file;
      this.tar =
          new TarArchiveInputStream(
              new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES), "UTF-8");
    }

    /**
     * The next record; nothing behind the last one.
     *
     * @throws IOException also where the file is cut or damaged
     */
    Optional<ArchivedRecord> next() throws IOException {
      if (entry().getName().equals(END)) {
        return Optional.empty();
      }
      About about = JSON.readValue(tar.readAllBytes(), About.class);
      byte[] value = null;
      if (about.hasValue()) {
        entry();
        value = tar.readAllBytes();
      }
      return Optional.of(new ArchivedRecord(about, value));
    }

    private TarArchiveEntry entry() throws IOException {
      TarArchiveEntry entry = tar.getNextEntry();
      if (entry == null) {
        throw new IOException(file + " is cut or damaged; take it from a copy of the archive");
      }
      return entry;
    }

    @Override
    public void close() throws IOException {
      tar.close();
    }
  }
}

package io.pairstream.ingest.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** Makes archives. */
final class Tar {

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes);

  /** An archive of names, each before its text. */
  static byte[] of(String... namesAndTexts) throws IOException {
    Tar tar = new Tar();
    for (int i = 0; i < namesAndTexts.length; i += 2) {
      tar.file(namesAndTexts[i], namesAndTexts[i + 1]);
    }
    return tar.bytes();
  }

  Tar file(String name, String content) throws IOException {
    return file(name, content.getBytes(UTF_8));
  }

  Tar file(String name, byte[] content) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name, true);
    entry.setSize(content.length);
    tar.putArchiveEntry(entry);
    tar.write(content);
    tar.closeArchiveEntry();
    return this;
  }

  void link(String name, byte type, String target) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name, type);
    entry.setLinkName(target);
    tar.putArchiveEntry(entry);
    tar.closeArchiveEntry();
  }

  byte[] bytes() throws IOException {
    tar.finish();
    return bytes.toByteArray();
  }
}

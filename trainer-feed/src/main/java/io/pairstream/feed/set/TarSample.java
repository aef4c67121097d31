package io.pairstream.feed.set;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.schemas.Sha256;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * A row of a tar: the members of one pair, or the hole that took their place.
 *
 * @param key the pair's id, or the name of the hole
 * @param begin offset of the first header in the tar, in bytes
 * @param end offset behind the padding of the last member
 * @param fields content of the {@code .json} member; of a hole, what the row keeps
 */
record TarSample(String key, long begin, long end, List<Member> members, ObjectNode fields) {

  private static final String HOLE = "__erased__/";
  private static final int BLOCK = 512;

  /**
   * A file of a pair.
   *
   * @param offset of its content in the tar, in bytes
   * @param sha256 digest of its content, lower-case hex
   */
  record Member(String name, long offset, long size, String sha256) {

    private boolean isPicture() {
      return name.endsWith(".jpg") || name.endsWith(".png");
    }
  }

  /** Takes the rows of a tar. */
  interface Visitor {

    void take(int row, TarSample sample) throws IOException;
  }

  /** Whether its bytes were erased. */
  boolean isErased() {
    return key.startsWith(HOLE);
  }

  /**
   * A picture of the pair by its rendition's name; empty where there is none.
   *
   * @param name empty for the pair's own picture
   */
  Optional<Member> picture(String name) {
    String beginning = key + (name.isEmpty() ? "" : "." + name) + ".";
    return members.stream()
        .filter(one -> one.isPicture() && one.name().length() == beginning.length() + 3)
        .filter(one -> one.name().startsWith(beginning))
        .findFirst();
  }

  /** Header and content of a member of zeros that fills a row's extent, but for what it keeps. */
  static byte[] hole(int row, TarSample sample, byte[] kept) {
    int size = Math.toIntExact(sample.end - sample.begin) - BLOCK;
    if (kept.length > size) {
      throw new IllegalStateException("what is kept of row " + row + " does not fit its place");
    }
    TarArchiveEntry entry = new TarArchiveEntry(HOLE + String.format(Locale.ROOT, "%06d", row));
    entry.setModTime(0);
    entry.setSize(size);
    byte[] header = new byte[BLOCK];
    entry.writeEntryHeader(header);
    byte[] hole = Arrays.copyOf(header, BLOCK + size);
    System.arraycopy(kept, 0, hole, BLOCK, kept.length);
    return hole;
  }

  /**
   * Reads a tar through to its end.
   *
   * @return number of rows
   * @throws IOException where it cannot be read, a pair has no {@code .json}, or a hole holds more
   *     than what a row keeps
   */
  static int readAll(Path tar, Visitor visitor) throws IOException {
    try (InputStream file = new BufferedInputStream(Files.newInputStream(tar), 1 << 20);
        TarArchiveInputStream input =
            new TarArchiveInputStream(file, StandardCharsets.UTF_8.name())) {
      Reading reading = new Reading(visitor);
      for (TarArchiveEntry entry = input.getNextEntry();
          entry != null;
          entry = input.getNextEntry()) {
        reading.take(entry.getName(), input.getBytesRead(), input.readAllBytes());
      }
      reading.endSample();
      return reading.row;
    }
  }

  /** The members read since the last row ended. */
  private static final class Reading {

    private final Visitor visitor;
    private final List<Member> members = new ArrayList<>();
    private int row;
    private String key = "";
    private ObjectNode fields;
    private long begin;
    private long end;

    Reading(Visitor visitor) {
      this.visitor = visitor;
    }

    void take(String name, long offset, byte[] content) throws IOException {
      boolean isHole = name.startsWith(HOLE);
      String own = isHole ? name : name.replaceFirst("\\..*", "");
      if (!own.equals(key)) {
        endSample();
        key = own;
      }
      String digest = HexFormat.of().formatHex(Sha256.of(content));
      members.add(new Member(name, offset, content.length, digest));
      end = offset + (content.length + BLOCK - 1L) / BLOCK * BLOCK;
      if (isHole || name.endsWith(".json")) {
        fields = fields(name, isHole ? kept(name, content) : content);
      }
    }

    void endSample() throws IOException {
      if (!members.isEmpty()) {
        if (fields == null) {
          throw new IOException("the pair %s has no member %1$s.json".formatted(key));
        }
        visitor.take(row, new TarSample(key, begin, end, List.copyOf(members), fields));
        row++;
      }
      begin = end;
      members.clear();
      fields = null;
    }

    private static byte[] kept(String name, byte[] content) throws IOException {
      int size = 0;
      while (size < content.length && content[size] != 0) {
        size++;
      }
      for (int i = size; i < content.length; i++) {
        if (content[i] != 0) {
          throw new IOException("the member %s has bytes other than zeros".formatted(name));
        }
      }
      return Arrays.copyOf(content, size);
    }

    private static ObjectNode fields(String name, byte[] json) throws IOException {
      if (TarWriter.JSON.readTree(json) instanceof ObjectNode object) {
        return object;
      }
      throw new IOException("the member %s is no JSON object".formatted(name));
    }
  }
}

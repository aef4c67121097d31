package io.pairstream.ingest.files;

import io.pairstream.ingest.files.ColumnNames.Role;
import io.pairstream.ingest.files.ParquetColumn.Kind;
import io.pairstream.ingest.files.ParquetFile.UnreadableException;
import io.pairstream.schemas.topics.RecordSizes;
import io.pairstream.schemas.wire.StrictUtf8;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.common.utils.Utils;

/**
 * The rows of a Parquet file: an image as bytes, as Hugging Face's {@code {bytes, path}}, as a
 * file's name or as a URL; a caption, or a list of them; and columns of text and numbers, which
 * become annotations.
 *
 * <p>A group of rows that is damaged costs itself from the damage on; the next group is read.
 */
final class ParquetEntries implements Entry.Reader, Entry.Input {

  /** What is left of a file's text, in bytes: captions are shorter. */
  private static final int MAX_TEXT_BYTES = 1024 * 1024;

  private final ParquetFile file;
  private final ColumnNames columns;
  private final List<ParquetColumn> chosen;
  private final long rowsOfAll;

  /** Of the group under way; null where none is read. */
  private ParquetRows rows;

  private int nextGroup;
  private long rowsBefore;

  private ParquetEntries(ParquetFile file, ColumnNames columns, List<ParquetColumn> chosen) {
    this.file = file;
    this.columns = columns;
    this.chosen = chosen;
    this.rowsOfAll = IntStream.range(0, file.groups()).mapToLong(file::rows).sum();
  }

  /**
   * @param file closed with the entries, or at once where it cannot be used
   * @throws UnusableSourceException where no column tells an image, or none a caption
   */
  static ParquetEntries open(ParquetFile file, ColumnNames columns) throws IOException {
    try {
      return new ParquetEntries(file, columns, chosen(file, columns));
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  @Override
  public Optional<Entry> next() throws IOException {
    while (nextGroup < file.groups() && read() >= file.rows(nextGroup)) {
      leaveGroup();
    }
    if (nextGroup >= file.groups()) {
      return Optional.empty();
    }
    long number = rowsBefore + read() + 1;
    try {
      rows = rows == null ? file.read(nextGroup, chosen) : rows;
      Entry entry = new Entry(number, Long.toString(number), columns);
      rows.next(Entry.MAX_CAPTIONS + 1, (column, value) -> take(column, value, entry));
      return Optional.of(entry);
    } catch (UnreadableException e) {
      leaveGroup();
      // It takes the number of the group's last row, for it stands for all up to there.
      return Optional.of(
          new Entry(rowsBefore, Long.toString(number), columns)
              .problem("from here to row " + rowsBefore + " nothing was read: " + e.getMessage()));
    }
  }

  @Override
  public void skip(long number) {
    while (nextGroup < file.groups() && rowsBefore + file.rows(nextGroup) <= number) {
      leaveGroup();
    }
  }

  @Override
  public double share() {
    return rowsOfAll == 0 ? 0 : Math.min(1, (double) (rowsBefore + read()) / rowsOfAll);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  /** How many rows of the group are read. */
  private long read() {
    return rows == null ? 0 : rows.read();
  }

  private void leaveGroup() {
    rowsBefore += file.rows(nextGroup);
    nextGroup++;
    rows = null;
  }

  private void take(ParquetColumn column, ByteBuffer value, Entry entry) {
    boolean isOfImage = columns.role(baseOf(column)) == Role.FILE;
    int size = value.remaining();
    if (isOfImage && column.kind() == Kind.BYTES) {
      if (size > RecordSizes.MAX_IMAGE) {
        entry.problem(ImageFiles.tooLarge(column.name(), size));
      } else if (size > 0) {
        // A copy: its page, with other images in it, is not kept with it.
        entry.image(ByteBuffer.wrap(Utils.toArray(value)));
      }
    } else if (size > MAX_TEXT_BYTES) {
      entry.problem(column.name() + " is too long: " + size + " bytes");
    } else {
      try {
        entry.field(isOfImage ? baseOf(column) : column.name(), StrictUtf8.decode(value));
      } catch (CharacterCodingException e) {
        entry.problem(column.name() + " is not UTF-8");
      }
    }
  }

  /** The columns that are of use. */
  private static List<ParquetColumn> chosen(ParquetFile file, ColumnNames columns) {
    List<ParquetColumn> chosen = new ArrayList<>();
    Set<String> names = new LinkedHashSet<>();
    Set<Role> roles = EnumSet.noneOf(Role.class);
    for (ParquetColumn column : file.columns()) {
      names.add(column.name());
      Role base = columns.role(baseOf(column));
      Role role = base == Role.FILE ? base : columns.role(column.name());
      if (isOfUse(column, role)) {
        chosen.add(column);
        roles.add(role);
      }
    }
    columns.requireAll(names);
    boolean hasImage = roles.contains(Role.FILE) || roles.contains(Role.URL);
    if (!hasImage || !roles.contains(Role.CAPTION)) {
      throw new UnusableSourceException(
          "no column is known to hold %s=NAME; there are: %s"
              .formatted(
                  hasImage
                      ? "captions; say which: --columns caption"
                      : "images, file names or URLs; say which: --columns image=NAME or url",
                  String.join(", ", names)));
    }
    return List.copyOf(chosen);
  }

  private static boolean isOfUse(ParquetColumn column, Role role) {
    boolean isText = column.kind() == Kind.TEXT;
    boolean isBytes = column.kind() == Kind.BYTES;
    return switch (role) {
      case FILE ->
          !column.isList()
              && (column.name().endsWith(".path")
                  ? isText
                  : isBytes || (isText && !column.name().endsWith(".bytes")));
      // Old writers do not mark text as such.
      case CAPTION -> isText || isBytes;
      case ANNOTATION ->
          column.descriptor().getPath().length == 1
              && !column.isList()
              && (isText || column.kind() == Kind.NUMBER);
      default -> !column.isList() && isText;
    };
  }

  /** The name of an image's column without what Hugging Face's images have in it. */
  private static String baseOf(ParquetColumn column) {
    return column.name().replaceFirst("\\.(bytes|path)$", "");
  }
}

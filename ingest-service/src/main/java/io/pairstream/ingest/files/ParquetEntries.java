package io.pairstream.ingest.files;

import io.pairstream.ingest.files.ColumnNames.Role;
import io.pairstream.schemas.topics.RecordSizes;
import io.pairstream.storage.parquet.ParquetColumn;
import io.pairstream.storage.parquet.ParquetColumn.Kind;
import io.pairstream.storage.parquet.ParquetFile;
import io.pairstream.storage.parquet.ParquetFile.UnreadableException;
import java.io.IOException;
import java.nio.ByteBuffer;
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
 * file's name or as a URL; a caption, or a list of them; labels; and columns of text and numbers,
 * which become annotations.
 *
 * <p>A group of rows that is damaged costs itself from the damage on; the next group is read.
 */
final class ParquetEntries implements SourceEntry.Reader, SourceEntry.Input {

  /** Most bytes that are kept of a text cell: captions are shorter. */
  private static final int MAX_TEXT_BYTES = 1024 * 1024;

  private final ParquetFile file;
  private final ColumnNames columns;
  private final List<ParquetColumn> chosen;
  private final long rowsOfAll;

  /** Rows of the current group; null between groups. */
  private ParquetFile.Rows rows;

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
   * @throws UnusableSourceException where no column holds an image, or none a caption
   */
  static ParquetEntries open(ParquetFile file, ColumnNames columns) throws IOException {
    try {
      ColumnNames guessed =
          columns.guess(file.columns().stream().map(ParquetEntries::baseOf).distinct().toList());
      return new ParquetEntries(file, guessed, chosen(file, guessed));
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  @Override
  public Optional<SourceEntry> next() throws IOException {
    while (nextGroup < file.groups() && read() >= file.rows(nextGroup)) {
      leaveGroup();
    }
    if (nextGroup >= file.groups()) {
      return Optional.empty();
    }
    long number = rowsBefore + read() + 1;
    try {
      rows = rows == null ? file.read(nextGroup, chosen) : rows;
      SourceEntry entry = new SourceEntry(number, Long.toString(number), columns);
      rows.next(SourceEntry.MAX_CAPTIONS + 1, (column, value) -> take(column, value, entry));
      return Optional.of(entry);
    } catch (UnreadableException e) {
      leaveGroup();
      // It takes the number of the group's last row, for it stands for all up to there.
      return Optional.of(
          new SourceEntry(rowsBefore, Long.toString(number), columns)
              .problem(
                  "from here to row " + rowsBefore + " nothing was read: " + e.getMessage(),
                  rowsBefore - number + 1));
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

  private long read() {
    return rows == null ? 0 : rows.read();
  }

  private void leaveGroup() {
    rowsBefore += file.rows(nextGroup);
    nextGroup++;
    rows = null;
  }

  private void take(ParquetColumn column, ByteBuffer value, SourceEntry entry) {
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
      String name = isOfImage ? baseOf(column) : column.name();
      entry.text(value, column.name()).ifPresent(text -> take(name, text, column.isList(), entry));
    }
  }

  private static void take(String name, String text, boolean isItem, SourceEntry entry) {
    SourceEntry unused = isItem ? entry.item(name, text) : entry.field(name, text);
  }

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
    columns.requireAll(names, roles);
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
      case LABELS -> isText || column.kind() == Kind.NUMBER;
      case ANNOTATION ->
          !column.isNested() && !column.isList() && (isText || column.kind() == Kind.NUMBER);
      default -> !column.isList() && isText;
    };
  }

  /** Name of an image's column without the fields of Hugging Face's image type. */
  private static String baseOf(ParquetColumn column) {
    return column.name().replaceFirst("\\.(bytes|path)$", "");
  }
}

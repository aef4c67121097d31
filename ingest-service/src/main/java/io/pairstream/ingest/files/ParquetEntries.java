package io.pairstream.ingest.files;

import io.pairstream.ingest.files.ColumnNames.Role;
import io.pairstream.ingest.files.EntryReader.Entry;
import io.pairstream.ingest.parquet.ParquetColumn;
import io.pairstream.ingest.parquet.ParquetColumn.Kind;
import io.pairstream.ingest.parquet.ParquetException;
import io.pairstream.ingest.parquet.ParquetFile;
import io.pairstream.ingest.parquet.ParquetRows;
import io.pairstream.ingest.parquet.ParquetValue;
import io.pairstream.schemas.topics.RecordSizes;
import io.pairstream.schemas.wire.StrictUtf8;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The rows of a Parquet file: an image as bytes, as Hugging Face's {@code {bytes, path}}, as a
 * file's name or as a URL; a caption, or a list of them; and columns of text and numbers, which
 * become annotations.
 *
 * <p>A group of rows that is damaged costs itself from the damage on; the next group is read.
 */
final class ParquetEntries implements EntryReader {

  /** What is left of a file's text, in bytes: captions are shorter. */
  private static final int MAX_TEXT_BYTES = 1024 * 1024;

  private static final String BYTES = ".bytes";
  private static final String PATH = ".path";

  private final ParquetFile file;
  private final ColumnNames columns;
  private final List<ParquetColumn> chosen;
  private Optional<ParquetRows> rows = Optional.empty();
  private int nextGroup;
  private long rowsBefore;
  private final long rowsOfAll;

  private ParquetEntries(ParquetFile file, ColumnNames columns, List<ParquetColumn> chosen) {
    this.file = file;
    this.columns = columns;
    this.chosen = chosen;
    long sum = 0;
    for (int group = 0; group < file.groups(); group++) {
      sum += file.rows(group);
    }
    this.rowsOfAll = sum;
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
    while (rows.isEmpty() || !rows.get().hasNext()) {
      if (rows.isPresent()) {
        leaveGroup();
      }
      if (nextGroup >= file.groups()) {
        return Optional.empty();
      }
      if (file.rows(nextGroup) == 0) {
        nextGroup++;
        continue;
      }
      try {
        rows = Optional.of(file.read(nextGroup, chosen));
      } catch (ParquetException e) {
        return Optional.of(damaged(0, e));
      }
    }
    long row = rows.get().read();
    try {
      return Optional.of(
          entry(
              rowsBefore + row + 1,
              rows.get().next(RecordSizes.MAX_IMAGE, EntryBuilder.MAX_CAPTIONS + 1)));
    } catch (ParquetException e) {
      return Optional.of(damaged(row, e));
    }
  }

  @Override
  public void skip(long number) throws IOException {
    while (nextGroup < file.groups() && rowsBefore + file.rows(nextGroup) <= number) {
      leaveGroup();
    }
    if (number <= rowsBefore || nextGroup >= file.groups()) {
      return;
    }
    try {
      if (rows.isEmpty()) {
        rows = Optional.of(file.read(nextGroup, chosen));
      }
      while (rowsBefore + rows.get().read() < number) {
        rows.get().skip();
      }
    } catch (ParquetException e) {
      // Known since the last time that somebody came so far.
      leaveGroup();
    }
  }

  @Override
  public double share() {
    long read = rowsBefore + rows.map(ParquetRows::read).orElse(0L);
    return rowsOfAll == 0 ? 0 : Math.min(1, (double) read / rowsOfAll);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  private void leaveGroup() {
    rowsBefore += file.rows(nextGroup);
    nextGroup++;
    rows = Optional.empty();
  }

  /** The damage takes the number of the group's last row, for it stands for all up to there. */
  private Entry damaged(long row, ParquetException e) {
    String place = Long.toString(rowsBefore + row + 1);
    leaveGroup();
    return new Entry.Unreadable(
        rowsBefore,
        place,
        "from here to row " + rowsBefore + " nothing was read: " + e.getMessage());
  }

  private Entry entry(long number, List<List<ParquetValue>> row) {
    String place = Long.toString(number);
    EntryBuilder entry = new EntryBuilder(number, place, columns);
    for (int i = 0; i < chosen.size(); i++) {
      ParquetColumn column = chosen.get(i);
      for (ParquetValue value : row.get(i)) {
        Optional<String> problem =
            isImage(column) ? image(column, value, entry) : text(column, value, entry);
        if (problem.isPresent()) {
          return new Entry.Unreadable(number, place, problem.get());
        }
      }
    }
    return entry.build();
  }

  private boolean isImage(ParquetColumn column) {
    return columns.role(baseOf(column)) == Role.FILE && column.kind() == Kind.BYTES;
  }

  private static Optional<String> image(
      ParquetColumn column, ParquetValue value, EntryBuilder entry) {
    if (!value.isWhole()) {
      return Optional.of(
          "%s is too large: %s bytes; an image may have at most %s bytes (8 MiB)"
              .formatted(column.name(), value.sizeBytes(), RecordSizes.MAX_IMAGE));
    }
    if (value.sizeBytes() > 0) {
      entry.image(value.bytes());
    }
    return Optional.empty();
  }

  private Optional<String> text(ParquetColumn column, ParquetValue value, EntryBuilder entry) {
    if (!value.isWhole() || value.sizeBytes() > MAX_TEXT_BYTES) {
      return Optional.of(column.name() + " is too long: " + value.sizeBytes() + " bytes");
    }
    try {
      String text = StrictUtf8.decode(value.bytes());
      if (columns.role(baseOf(column)) == Role.FILE) {
        entry.field(baseOf(column), text);
      } else {
        entry.field(column.name(), text);
      }
      return Optional.empty();
    } catch (CharacterCodingException e) {
      return Optional.of(column.name() + " is not UTF-8");
    }
  }

  /** The columns that are of use. */
  private static List<ParquetColumn> chosen(ParquetFile file, ColumnNames columns) {
    List<ParquetColumn> chosen = new ArrayList<>();
    Set<String> names = new LinkedHashSet<>();
    Set<Role> roles = new LinkedHashSet<>();
    for (ParquetColumn column : file.columns()) {
      names.add(column.name());
      Role base = columns.role(baseOf(column));
      Role role = base == Role.FILE ? base : columns.role(column.name());
      if (isOfUse(column, role)) {
        chosen.add(column);
        roles.add(role);
      }
    }
    List<String> missing = columns.missing(names);
    if (!missing.isEmpty()) {
      throw new UnusableSourceException(
          "there is no column " + String.join(", ", missing) + said(names));
    }
    if (!roles.contains(Role.FILE) && !roles.contains(Role.URL)) {
      throw new UnusableSourceException(
          "no column is known to hold images, file names or URLs; say which: --columns image=NAME or url=NAME%s"
              .formatted(said(names)));
    }
    if (!roles.contains(Role.CAPTION)) {
      throw new UnusableSourceException(
          "no column is known to hold captions; say which: --columns caption=NAME" + said(names));
    }
    return List.copyOf(chosen);
  }

  private static boolean isOfUse(ParquetColumn column, Role role) {
    boolean isText = column.kind() == Kind.TEXT;
    return switch (role) {
      case FILE ->
          !column.isList()
              && (column.name().endsWith(PATH)
                  ? isText
                  : column.kind() == Kind.BYTES || (isText && !column.name().endsWith(BYTES)));
      // Old writers do not mark text as such.
      case CAPTION -> isText || column.kind() == Kind.BYTES;
      case ANNOTATION ->
          column.path().size() == 1 && !column.isList() && (isText || column.kind() == Kind.NUMBER);
      default -> !column.isList() && isText;
    };
  }

  /** The name of an image's column without what Hugging Face's images have in it. */
  private static String baseOf(ParquetColumn column) {
    String name = column.name();
    return name.endsWith(BYTES)
        ? name.substring(0, name.length() - BYTES.length())
        : name.endsWith(PATH) ? name.substring(0, name.length() - PATH.length()) : name;
  }

  private static String said(Set<String> names) {
    return "; there are: " + String.join(", ", names);
  }
}

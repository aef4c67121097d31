package io.pairstream.operations.lag.history;

import io.pairstream.operations.lag.Verdict;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * A group at a moment as it is stored: itself first, then its partitions in the order of a layout.
 * About 11 bytes each.
 *
 * @param layout which partitions they are
 * @param cells the group's, then one for each partition
 */
record Row(long layout, List<Cell> cells) {

  private static final int FORMAT = 1;

  /** Never in another order: the place is what is stored. */
  private static final List<Verdict> VERDICTS =
      List.of(
          Verdict.LOST,
          Verdict.REWIND,
          Verdict.STOP,
          Verdict.STALL,
          Verdict.AT_RISK,
          Verdict.BEHIND,
          Verdict.UNKNOWN,
          Verdict.OK,
          Verdict.IDLE);

  /** What is stored of a group or a partition. */
  record Cell(
      Verdict verdict,
      OptionalLong lag,
      OptionalDouble bytes,
      OptionalDouble seconds,
      OptionalDouble arrivals,
      OptionalDouble processing) {}

  byte[] bytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(16 + 12 * cells.size());
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(FORMAT);
      out.writeLong(layout);
      for (Cell cell : cells) {
        out.writeByte(VERDICTS.indexOf(cell.verdict()));
        writeNumber(out, cell.lag().isPresent() ? cell.lag().getAsLong() + 1 : 0);
        out.writeShort(RoundNumber.code(cell.bytes()));
        out.writeShort(RoundNumber.code(cell.seconds()));
        out.writeShort(RoundNumber.code(cell.arrivals()));
        out.writeShort(RoundNumber.code(cell.processing()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** Reads what was stored; empty where it has a format that is not known here. */
  static Optional<Row> read(byte[] stored) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(stored))) {
      if (in.readByte() != FORMAT) {
        return Optional.empty();
      }
      long layout = in.readLong();
      List<Cell> cells = new ArrayList<>();
      while (in.available() > 0) {
        Verdict verdict = VERDICTS.get(in.readByte());
        long lag = readNumber(in);
        cells.add(
            new Cell(
                verdict,
                lag == 0 ? OptionalLong.empty() : OptionalLong.of(lag - 1),
                RoundNumber.number(in.readUnsignedShort()),
                RoundNumber.number(in.readUnsignedShort()),
                RoundNumber.number(in.readUnsignedShort()),
                RoundNumber.number(in.readUnsignedShort())));
      }
      return Optional.of(new Row(layout, cells));
    } catch (IOException | IndexOutOfBoundsException e) {
      return Optional.empty();
    }
  }

  /** Seven bits a byte, the lowest first. */
  private static void writeNumber(DataOutputStream out, long number) throws IOException {
    long left = number;
    while ((left & ~0x7fL) != 0) {
      out.writeByte((int) (left & 0x7f) | 0x80);
      left >>>= 7;
    }
    out.writeByte((int) left);
  }

  private static long readNumber(DataInputStream in) throws IOException {
    long number = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      byte next = in.readByte();
      number |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        return number;
      }
    }
    throw new IOException("a number has no end");
  }
}

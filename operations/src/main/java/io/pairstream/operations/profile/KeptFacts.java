package io.pairstream.operations.profile;

import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairStatus;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A {@link PairState} as bytes. Another form needs another version of the fold. */
final class KeptFacts {

  private static final int ACCEPTED = 1;
  private static final int REJECTED = 2;
  private static final int WITHDRAWN = 4;
  private static final int NO_BIN = 255;

  private KeptFacts() {}

  static byte[] bytes(PairState state) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(
          (state.accepted().isPresent() ? ACCEPTED : 0)
              | (state.rejected().isPresent() ? REJECTED : 0)
              | (state.withdrawn() ? WITHDRAWN : 0));
      if (state.accepted().isPresent()) {
        write(state.accepted().get(), out);
      }
      if (state.rejected().isPresent()) {
        write(state.rejected().get(), out);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("an array takes all bytes", e);
    }
    return bytes.toByteArray();
  }

  static PairState read(byte[] bytes) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      int flags = in.readByte();
      Optional<Facts> accepted =
          (flags & ACCEPTED) != 0 ? Optional.of(facts(in)) : Optional.empty();
      Optional<Facts> rejected =
          (flags & REJECTED) != 0 ? Optional.of(facts(in)) : Optional.empty();
      return new PairState(accepted, rejected, (flags & WITHDRAWN) != 0);
    } catch (IOException e) {
      throw new UncheckedIOException("these are not the bytes of a pair's state", e);
    }
  }

  private static void write(Facts facts, DataOutputStream out) throws IOException {
    out.writeUTF(facts.slice().standing().name());
    out.writeUTF(facts.slice().sourceKind());
    out.writeUTF(facts.contributor());
    for (Dimension dimension : Dimension.values()) {
      // No value is empty.
      out.writeUTF(facts.values().getOrDefault(dimension, ""));
    }
    out.writeByte(facts.words().size());
    for (String word : facts.words()) {
      out.writeUTF(word);
    }
    for (ProfiledMeasure measure : ProfiledMeasure.values()) {
      out.writeByte(facts.bins().getOrDefault(measure, NO_BIN));
    }
    out.writeBoolean(facts.tokenized());
    out.writeBoolean(facts.truncated());
    out.writeLong(facts.decidedAt().toEpochMilli());
    out.writeUTF(facts.origin().getTopic());
    out.writeInt(facts.origin().getPartition());
    out.writeLong(facts.origin().getOffset());
  }

  private static Facts facts(DataInputStream in) throws IOException {
    SliceKey slice = new SliceKey(PairStatus.valueOf(in.readUTF()), in.readUTF());
    String contributor = in.readUTF();
    Map<Dimension, String> values = new EnumMap<>(Dimension.class);
    for (Dimension dimension : Dimension.values()) {
      String value = in.readUTF();
      if (!value.isEmpty()) {
        values.put(dimension, value);
      }
    }
    String[] words = new String[in.readByte()];
    for (int i = 0; i < words.length; i++) {
      words[i] = in.readUTF();
    }
    Map<ProfiledMeasure, Integer> bins = new EnumMap<>(ProfiledMeasure.class);
    for (ProfiledMeasure measure : ProfiledMeasure.values()) {
      int bin = in.readUnsignedByte();
      if (bin != NO_BIN) {
        bins.put(measure, bin);
      }
    }
    return new Facts(
        slice,
        contributor,
        values,
        List.of(words),
        bins,
        in.readBoolean(),
        in.readBoolean(),
        Instant.ofEpochMilli(in.readLong()),
        new Origin(in.readUTF(), in.readInt(), in.readLong()));
  }
}

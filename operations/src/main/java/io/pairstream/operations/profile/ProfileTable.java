package io.pairstream.operations.profile;

import io.pairstream.schemas.PairStatus;
import io.pairstream.service.table.Look;
import io.pairstream.service.table.Table;
import io.pairstream.service.table.TopicTable;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * A {@link Profile} as entries of a table, so that a record changes a dozen small ones.
 *
 * <pre>
 * sums                                    how many records were folded, and since when
 * slice/STANDING/SOURCE                   sums and histograms of a slice
 * value/STANDING/SOURCE/DIMENSION/VALUE   a counter
 * producer/SOURCE/CONTRIBUTOR             a contributor's sums
 * pair/KEY                                what the pair has added, to take it out again
 * </pre>
 */
final class ProfileTable {

  private static final byte[] SUMS = bytes("sums");
  private static final String SLICE = "slice/";
  private static final String VALUE = "value/";
  private static final String PRODUCER = "producer/";
  private static final String PRODUCER_SUMS = "producers/";
  private static final String PAIR = "pair/";

  private ProfileTable() {}

  /** Shows all entries whose keys begin with a prefix. */
  @FunctionalInterface
  interface Entries {

    void scan(byte[] prefix, TopicTable.Visitor visitor);

    /** The entries of a look. */
    static Entries of(Look look) {
      return (prefix, visitor) -> {
        Look.Walk walk = look.walk(prefix);
        boolean more = walk.seek(prefix);
        while (more && visitor.visit(walk.key(), walk.value())) {
          more = walk.next();
        }
      };
    }
  }

  /**
   * How many records were folded into the table.
   *
   * @param get the value under a key
   */
  static long records(Function<byte[], Optional<byte[]>> get) {
    return get.apply(SUMS).map(sums -> ByteBuffer.wrap(sums).getLong()).orElse(0L);
  }

  static PairState pair(String key, Table table) {
    return table.get(bytes(PAIR + key)).map(KeptFacts::read).orElse(PairState.NOTHING);
  }

  static void put(String key, PairState state, Table table) {
    if (state.isNothing()) {
      table.delete(bytes(PAIR + key));
    } else {
      table.put(bytes(PAIR + key), KeptFacts.bytes(state));
    }
  }

  /** Reads the whole profile. */
  static Profile read(Entries entries) {
    Profile profile = new Profile();
    entries.scan(
        SUMS,
        (key, value) -> {
          long since = ByteBuffer.wrap(value).getLong(Long.BYTES);
          if (since > 0) {
            profile.restoreSince(Instant.ofEpochMilli(since));
          }
          return false;
        });
    entries.scan(
        bytes(SLICE),
        (key, value) -> {
          String[] names = text(key).split("/", -1);
          restore(profile.slice(sliceOf(names)), value);
          return true;
        });
    entries.scan(
        bytes(VALUE),
        (key, value) -> {
          String[] names = text(key).split("/", 5);
          ByteBuffer counter = ByteBuffer.wrap(value);
          profile
              .slice(sliceOf(names))
              .values(Dimension.valueOf(names[3]))
              .restore(new TopValues.Counter(names[4], counter.getLong(), counter.getLong()));
          return true;
        });
    entries.scan(
        bytes(PRODUCER_SUMS),
        (key, value) -> {
          profile
              .producers(text(key).substring(PRODUCER_SUMS.length()))
              .volume()
              .restore(value[0] == 1);
          return true;
        });
    entries.scan(
        bytes(PRODUCER),
        (key, value) -> {
          String[] names = text(key).split("/", 3);
          restore(profile.producers(names[1]), names[2], value);
          return true;
        });
    return profile;
  }

  /** Writes what has changed since it was last written. */
  static void write(Profile profile, long records, Table table) {
    for (SliceKey key : profile.takeChangedSlices()) {
      Slice slice = profile.slice(key);
      String name = key.standing() + "/" + key.sourceKind();
      table.put(bytes(SLICE + name), bytes(slice));
      for (Dimension dimension : Dimension.values()) {
        TopValues values = slice.values(dimension);
        for (String value : values.takeChanges()) {
          putOrDelete(
              bytes(VALUE + name + "/" + dimension + "/" + value),
              values.counter(value).map(ProfileTable::bytes),
              table);
        }
      }
    }
    for (String sourceKind : profile.takeChangedProducers()) {
      Producers producers = profile.producers(sourceKind);
      TopValues volume = producers.volume();
      table.put(bytes(PRODUCER_SUMS + sourceKind), new byte[] {(byte) (volume.isExact() ? 1 : 0)});
      for (String contributor : volume.takeChanges()) {
        putOrDelete(
            bytes(PRODUCER + sourceKind + "/" + contributor),
            volume.counter(contributor).map(c -> bytes(c, producers.of(contributor))),
            table);
      }
    }
    table.put(
        SUMS,
        ByteBuffer.allocate(2 * Long.BYTES)
            .putLong(records)
            .putLong(profile.since().map(Instant::toEpochMilli).orElse(0L))
            .array());
  }

  private static void putOrDelete(byte[] key, Optional<byte[]> value, Table table) {
    if (value.isPresent()) {
      table.put(key, value.get());
    } else {
      table.delete(key);
    }
  }

  private static byte[] bytes(TopValues.Counter counter) {
    return ByteBuffer.allocate(2 * Long.BYTES)
        .putLong(counter.added())
        .putLong(counter.removed())
        .array();
  }

  private static SliceKey sliceOf(String[] names) {
    return new SliceKey(PairStatus.valueOf(names[1]), names[2]);
  }

  private static byte[] bytes(Slice slice) {
    return written(
        out -> {
          out.writeLong(slice.pairs());
          out.writeLong(slice.tokenized());
          out.writeLong(slice.truncated());
          for (Dimension dimension : Dimension.values()) {
            out.writeBoolean(slice.values(dimension).isExact());
          }
          for (ProfiledMeasure measure : ProfiledMeasure.values()) {
            for (long count : slice.histogram(measure)) {
              out.writeLong(count);
            }
          }
        });
  }

  private static void restore(Slice slice, byte[] bytes) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      slice.restore(in.readLong(), in.readLong(), in.readLong());
      for (Dimension dimension : Dimension.values()) {
        slice.values(dimension).restore(in.readBoolean());
      }
      for (ProfiledMeasure measure : ProfiledMeasure.values()) {
        long[] counts = slice.histogram(measure);
        for (int i = 0; i < counts.length; i++) {
          counts[i] = in.readLong();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("these are not the bytes of a slice", e);
    }
  }

  private static byte[] bytes(TopValues.Counter volume, Producer producer) {
    return written(
        out -> {
          out.write(bytes(volume));
          out.writeLong(producer.accepted());
          out.writeLong(producer.rejected());
          out.writeLong(producer.copies());
          out.writeInt(producer.reasons().size());
          for (Map.Entry<String, Long> reason : producer.reasons().entrySet()) {
            out.writeUTF(reason.getKey());
            out.writeLong(reason.getValue());
          }
        });
  }

  private static void restore(Producers producers, String contributor, byte[] bytes) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      TopValues.Counter volume = new TopValues.Counter(contributor, in.readLong(), in.readLong());
      long accepted = in.readLong();
      long rejected = in.readLong();
      long copies = in.readLong();
      Map<String, Long> reasons = new TreeMap<>();
      for (int left = in.readInt(); left > 0; left--) {
        reasons.put(in.readUTF(), in.readLong());
      }
      producers.restore(volume, new Producer(accepted, rejected, copies, reasons));
    } catch (IOException e) {
      throw new UncheckedIOException("these are not the bytes of a producer", e);
    }
  }

  private static byte[] written(Writing writing) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      writing.to(out);
    } catch (IOException e) {
      throw new UncheckedIOException("an array takes all bytes", e);
    }
    return bytes.toByteArray();
  }

  private static String text(byte[] key) {
    return new String(key, StandardCharsets.UTF_8);
  }

  private static byte[] bytes(String key) {
    return key.getBytes(StandardCharsets.UTF_8);
  }

  @FunctionalInterface
  private interface Writing {

    void to(DataOutputStream out) throws IOException;
  }
}

package io.pairstream.operations.catalogue;

import io.pairstream.service.table.Look;
import java.util.Arrays;
import java.util.Optional;

/** The entries of a look whose keys begin with a prefix, without it. */
final class PartOfLook implements Look {

  private final byte[] prefix;
  private final Look whole;

  PartOfLook(byte[] prefix, Look whole) {
    this.prefix = prefix;
    this.whole = whole;
  }

  @Override
  public Optional<byte[]> get(byte[] key) {
    return whole.get(of(key));
  }

  @Override
  public Walk walk(byte[] keyPrefix) {
    return new PartOfWalk(whole.walk(of(keyPrefix)));
  }

  private byte[] of(byte[] key) {
    byte[] all = Arrays.copyOf(prefix, prefix.length + key.length);
    System.arraycopy(key, 0, all, prefix.length, key.length);
    return all;
  }

  private final class PartOfWalk implements Walk {

    private final Walk walk;

    PartOfWalk(Walk walk) {
      this.walk = walk;
    }

    @Override
    public boolean seek(byte[] key) {
      return walk.seek(of(key));
    }

    @Override
    public boolean next() {
      return walk.next();
    }

    @Override
    public byte[] key() {
      byte[] key = walk.key();
      return Arrays.copyOfRange(key, prefix.length, key.length);
    }

    @Override
    public byte[] value() {
      return walk.value();
    }
  }
}

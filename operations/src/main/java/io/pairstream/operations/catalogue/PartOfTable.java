package io.pairstream.operations.catalogue;

import io.pairstream.service.table.Table;
import io.pairstream.service.table.TopicTable;
import java.util.Arrays;
import java.util.Optional;

/** The entries of a table whose keys begin with a prefix, without it. */
final class PartOfTable implements Table {

  private final byte[] prefix;
  private final Table whole;

  PartOfTable(byte[] prefix, Table whole) {
    this.prefix = prefix;
    this.whole = whole;
  }

  @Override
  public Optional<byte[]> get(byte[] key) {
    return whole.get(of(key));
  }

  @Override
  public void put(byte[] key, byte[] value) {
    whole.put(of(key), value);
  }

  @Override
  public void delete(byte[] key) {
    whole.delete(of(key));
  }

  @Override
  public void scan(byte[] keyPrefix, TopicTable.Visitor visitor) {
    whole.scan(
        of(keyPrefix),
        (key, value) -> visitor.visit(Arrays.copyOfRange(key, prefix.length, key.length), value));
  }

  private byte[] of(byte[] key) {
    byte[] whole = Arrays.copyOf(prefix, prefix.length + key.length);
    System.arraycopy(key, 0, whole, prefix.length, key.length);
    return whole;
  }
}

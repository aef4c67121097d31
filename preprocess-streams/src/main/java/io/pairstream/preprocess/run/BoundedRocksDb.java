package io.pairstream.preprocess.run;

import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Cache;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.WriteBufferManager;

/**
 * One bound on native memory for all stores of the process. RocksDB's own default is per store, and
 * there is a store per partition.
 */
public final class BoundedRocksDb implements RocksDBConfigSetter {

  static {
    RocksDB.loadLibrary();
  }

  private static final long CACHE_BYTES = 96L * 1024 * 1024;

  /** Write buffers of all stores, whose entries have some hundred bytes. */
  private static final long WRITE_BUFFER_BYTES = 8L * 1024 * 1024;

  /**
   * Piece in which a write buffer takes memory. RocksDB's own is a MiB, and a process has dozens of
   * buffers: nearly empty ones would reach the bound.
   */
  private static final long ARENA_BYTES = 64L * 1024;

  private static final long BLOCK_BYTES = 16L * 1024;

  private static final Cache CACHE = new LRUCache(CACHE_BYTES);

  private static final WriteBufferManager WRITE_BUFFERS =
      new WriteBufferManager(WRITE_BUFFER_BYTES, CACHE);

  @Override
  public void setConfig(String storeName, Options options, Map<String, Object> configs) {
    BlockBasedTableConfig table = (BlockBasedTableConfig) options.tableFormatConfig();
    table.setBlockCache(CACHE);
    table.setCacheIndexAndFilterBlocks(true);
    table.setBlockSize(BLOCK_BYTES);
    options.setTableFormatConfig(table);
    options.setWriteBufferManager(WRITE_BUFFERS);
    options.setArenaBlockSize(ARENA_BYTES);
    options.setMaxWriteBufferNumber(2);
  }

  @Override
  public void close(String storeName, Options options) {
    // Cache and write buffers are the process's, not the store's.
  }
}

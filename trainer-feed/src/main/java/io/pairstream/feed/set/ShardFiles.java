package io.pairstream.feed.set;

import io.pairstream.feed.set.SetManifest.Shard;
import io.pairstream.feed.set.SetStore.Digest;
import io.pairstream.schemas.Sha256;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Locale;
import java.util.SortedSet;

/**
 * A shard's tar and index on this machine's disk, until they are put under their digests.
 *
 * @param folder for temporary files alone
 */
record ShardFiles(Path folder) {

  private static final int BUFFER_BYTES = 1 << 20;
  private static final int NAME_DIGITS = 32;

  /** Writes a file's content. */
  interface Content {

    void writeTo(OutputStream output) throws IOException;
  }

  Path tar() {
    return folder.resolve("shard.tar");
  }

  Path index() {
    return folder.resolve("shard.parquet");
  }

  /** Writes the tar. */
  Digest writeTar(Content content) throws IOException {
    return write(tar(), content);
  }

  /**
   * Writes the index of the tar of a key, which is read through for it.
   *
   * @return size and digest of the index
   */
  Digest writeIndex(String data) throws IOException {
    return write(
        index(),
        output -> {
          IndexWriter writer = new IndexWriter(output);
          TarSample.readAll(tar(), (row, sample) -> writer.add(IndexRow.of(sample, data)));
          writer.finish();
        });
  }

  /**
   * Puts tar and index into the store, where no commit names them yet.
   *
   * @param tar what was written
   * @param rows of the tar
   * @param erased those of them that are withdrawn, all of which are erased
   */
  Shard put(SetStore set, String split, int number, Digest tar, int rows, SortedSet<Integer> erased)
      throws IOException {
    String data = key(split, number, tar, "tar");
    Digest index = writeIndex(data);
    String indexKey = key(split, number, index, "parquet");
    set.objects().put(data, tar());
    set.objects().put(indexKey, index());
    return new Shard(
        data,
        tar.bytes(),
        tar.sha256(),
        indexKey,
        index.bytes(),
        index.sha256(),
        rows,
        erased,
        erased);
  }

  private static String key(String split, int number, Digest digest, String ending) {
    return String.format(
        Locale.ROOT,
        "%s/%06d-%s.%s",
        split,
        number,
        digest.sha256().substring(0, NAME_DIGITS),
        ending);
  }

  /** Writes a file, and tells its size and digest. */
  static Digest write(Path file, Content content) throws IOException {
    MessageDigest digest = Sha256.begin();
    try (OutputStream output =
        new BufferedOutputStream(
            new DigestOutputStream(Files.newOutputStream(file), digest), BUFFER_BYTES)) {
      content.writeTo(output);
    }
    return new Digest(Files.size(file), HexFormat.of().formatHex(digest.digest()));
  }
}

package io.pairstream.feed.export;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;

/** What kind of files an export writes. */
public enum ExportFormat {
  /** Tar files, three members a pair: image, {@code .json} and {@code .txt}. */
  WEBDATASET("tar") {
    @Override
    ShardWriter writer(OutputStream output) {
      return new TarShard(output);
    }
  },

  /** Parquet files, a row a pair; the image is Hugging Face's {@code {bytes, path}}. */
  PARQUET("parquet") {
    @Override
    ShardWriter writer(OutputStream output) throws IOException {
      return new ParquetShard(output);
    }
  };

  private final String extension;

  ExportFormat(String extension) {
    this.extension = extension;
  }

  abstract ShardWriter writer(OutputStream output) throws IOException;

  /** What the command line and the manifest call it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  String fileName(int shard) {
    return String.format(Locale.ROOT, "pairs-%06d.%s", shard, extension);
  }
}

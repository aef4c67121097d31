package io.pairstream.feed.export;

import io.pairstream.schemas.PreparedPair;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;

/** Format of an export's files. */
public enum ExportFormat {
  /** Tar files, three members a pair: image, {@code .json} and {@code .txt}. */
  WEBDATASET("tar", TarShard::new),

  /** Parquet files, a row a pair; the image is Hugging Face's {@code {bytes, path}}. */
  PARQUET("parquet", ParquetShard::new);

  private final String extension;
  private final Opening opening;

  private interface Opening {
    Writer of(OutputStream output) throws IOException;
  }

  /** Writes one file of an export. The stream behind it is the caller's. For one thread. */
  interface Writer {

    void add(PreparedPair pair) throws IOException;

    /** Writes the end of the file, after the last pair. */
    void finish() throws IOException;
  }

  ExportFormat(String extension, Opening opening) {
    this.extension = extension;
    this.opening = opening;
  }

  Writer writer(OutputStream output) throws IOException {
    return opening.of(output);
  }

  /** Name on the command line and in the manifest. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  String fileName(int shard) {
    return String.format(Locale.ROOT, "pairs-%06d.%s", shard, extension);
  }
}

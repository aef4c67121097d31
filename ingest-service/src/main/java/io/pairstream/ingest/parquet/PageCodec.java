package io.pairstream.ingest.parquet;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import org.apache.parquet.format.CompressionCodec;
import org.xerial.snappy.Snappy;

/** Unpacks pages, to exactly the size that they state. */
final class PageCodec {

  private PageCodec() {}

  /**
   * @param packed holds the page
   * @param offset where it begins
   * @param length how long it is
   * @param size what it unpacks to, in bytes
   * @throws ParquetException where it does not, or the codec is not read
   */
  static byte[] unpack(CompressionCodec codec, byte[] packed, int offset, int length, int size)
      throws ParquetException {
    byte[] unpacked = new byte[size];
    int count;
    try {
      count =
          switch (codec) {
            case SNAPPY -> snappy(packed, offset, length, unpacked);
            case GZIP -> gzip(packed, offset, length, unpacked);
            case ZSTD -> zstd(packed, offset, length, unpacked);
            case LZ4_RAW ->
                LZ4Factory.safeInstance()
                    .safeDecompressor()
                    .decompress(packed, offset, length, unpacked, 0, size);
            default ->
                throw new ParquetException(
                    "its pages are packed with %s, which is not read; write them with zstd, snappy, gzip, lz4_raw, or unpacked"
                        .formatted(codec));
          };
    } catch (ParquetException e) {
      throw e;
    } catch (IOException | LZ4Exception e) {
      throw new ParquetException("a page does not unpack: " + e.getMessage(), e);
    }
    if (count != size) {
      throw new ParquetException("a page unpacks to " + count + " bytes where it states " + size);
    }
    return unpacked;
  }

  private static int snappy(byte[] packed, int offset, int length, byte[] into) throws IOException {
    int size = Snappy.uncompressedLength(packed, offset, length);
    return size == into.length ? Snappy.uncompress(packed, offset, length, into, 0) : size;
  }

  private static int gzip(byte[] packed, int offset, int length, byte[] into) throws IOException {
    try (InputStream input =
        new GZIPInputStream(new ByteArrayInputStream(packed, offset, length))) {
      int count = input.readNBytes(into, 0, into.length);
      return input.read() < 0 ? count : Integer.MAX_VALUE;
    }
  }

  private static int zstd(byte[] packed, int offset, int length, byte[] into)
      throws ParquetException {
    long count = Zstd.decompressByteArray(into, 0, into.length, packed, offset, length);
    if (Zstd.isError(count)) {
      throw new ParquetException("a page does not unpack: " + Zstd.getErrorName(count));
    }
    return (int) count;
  }
}

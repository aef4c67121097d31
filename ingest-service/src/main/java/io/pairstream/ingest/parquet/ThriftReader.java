package io.pairstream.ingest.parquet;

import java.io.IOException;
import java.io.InputStream;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.InterningProtocol;
import org.apache.parquet.format.PageHeader;
import shaded.parquet.org.apache.thrift.TBase;
import shaded.parquet.org.apache.thrift.TConfiguration;
import shaded.parquet.org.apache.thrift.TException;
import shaded.parquet.org.apache.thrift.protocol.TCompactProtocol;
import shaded.parquet.org.apache.thrift.transport.TIOStreamTransport;

/** Parquet's headers, which are Thrift structures, and no larger than they may be. */
final class ThriftReader {

  private ThriftReader() {}

  static FileMetaData footer(InputStream input, int sizeBytes) throws IOException {
    FileMetaData footer = new FileMetaData();
    read(footer, input, sizeBytes, "its footer");
    return footer;
  }

  /**
   * @param maxBytes largest header, statistics with values of the page included
   */
  static PageHeader page(InputStream input, int maxBytes) throws IOException {
    PageHeader header = new PageHeader();
    read(header, input, maxBytes, "a page's header");
    return header;
  }

  private static void read(TBase<?, ?> structure, InputStream input, int maxBytes, String what)
      throws IOException {
    try {
      // A list or text that states more than the message can hold is refused before it is made.
      TConfiguration limits =
          new TConfiguration(maxBytes, maxBytes, TConfiguration.DEFAULT_RECURSION_DEPTH);
      structure.read(
          new InterningProtocol(new TCompactProtocol(new TIOStreamTransport(limits, input))));
    } catch (TException | RuntimeException e) {
      throw new ParquetException(what + " is damaged: " + e.getMessage(), e);
    } catch (StackOverflowError e) {
      // Fields that nobody knows may nest without end.
      throw new ParquetException(what + " is nested without end", e);
    }
  }
}

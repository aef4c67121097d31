package io.pairstream.ingest.batches;

import io.pairstream.ingest.files.PairSource;
import io.pairstream.ingest.files.PairSources;
import io.pairstream.ingest.files.SourceDefaults;
import io.pairstream.ingest.files.SourceItem;
import io.pairstream.ingest.files.SourceOptions;
import io.pairstream.ingest.files.UnusableSourceException;
import io.pairstream.ingest.pairs.PairForm;
import io.pairstream.ingest.pairs.Submission;
import io.pairstream.ingest.parquet.ParquetLimits;
import io.pairstream.ingest.publish.NewLink;
import io.pairstream.ingest.publish.NewPair;
import io.pairstream.ingest.unpack.UnpackLimits;
import io.pairstream.schemas.SourceKind;
import io.pairstream.service.http.Principal;
import io.pairstream.service.http.Problem;
import io.pairstream.service.http.ProblemException;
import io.pairstream.service.http.ProblemKind;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * A data set in a file: a WebDataset tar, read while it comes, or Parquet, whose end must be there
 * first, so that it lies in a temporary file meanwhile. An image with several captions gives as
 * many inputs of one number.
 */
final class DataSetBody implements BatchInputs {

  /** Most bytes that may come out of a tar. */
  private static final long MAX_TAR_BYTES = 64L * 1024 * 1024 * 1024;

  /** Most bytes that may come out of a Parquet file's pages. */
  private static final long MAX_UNPACKED_PARQUET_BYTES = 8L * 1024 * 1024 * 1024;

  /**
   * Tars that an instance reads at once; each holds an image of at most 8 MiB and its captions that
   * are not counted as in flight yet.
   */
  static final int TARS = 8;

  /** Parquet files that an instance reads at once. */
  static final int PARQUET_FILES = 2;

  /** Largest Parquet file. */
  static final long MAX_PARQUET_BYTES = 1024L * 1024 * 1024;

  /** What the sender says of itself is in the data set; the rest is known from its key. */
  private static final PairSources SOURCES =
      new PairSources(SourceOptions.of(new SourceDefaults(SourceKind.IMPORTED, "", "")));

  private static final String NAME = "the data set";
  private static final int COPY_BYTES = 64 * 1024;
  private static final int MAX_PADDING_BYTES = 1024 * 1024;

  private final Watched body;
  private final PairSource source;
  private final Optional<Path> spooled;

  private DataSetBody(Watched body, PairSource source, Optional<Path> spooled) {
    this.body = body;
    this.source = source;
    this.spooled = spooled;
  }

  /**
   * A tar, possibly compressed with gzip or zstd.
   *
   * @throws ProblemException where it is none
   * @throws IOException where the body stops before its end
   */
  static DataSetBody tar(SentBytes in) throws IOException {
    Watched body = new Watched(in);
    try {
      return new DataSetBody(
          body, SOURCES.openTar(NAME, body, UnpackLimits.atMost(MAX_TAR_BYTES)), Optional.empty());
    } catch (IOException | UnusableSourceException e) {
      body.throwFailure();
      throw malformed(e);
    }
  }

  /**
   * A Parquet file; returns once all of it has come.
   *
   * @param folder where it lies until it is closed
   * @throws ProblemException where it is none, or too large
   * @throws IOException where the body stops before its end
   */
  static DataSetBody parquet(SentBytes in, Path folder) throws IOException {
    Watched body = new Watched(in);
    Path file = Files.createTempFile(folder, "batch", ".parquet");
    try {
      copy(body, file);
      return new DataSetBody(
          body,
          SOURCES.openParquet(
              NAME,
              file,
              ParquetLimits.ofSentFiles(
                  PARQUET_FILES,
                  Runtime.getRuntime().maxMemory(),
                  UnpackLimits.atMost(MAX_UNPACKED_PARQUET_BYTES))),
          Optional.of(file));
    } catch (IOException | UnusableSourceException e) {
      boolean unused = Files.deleteIfExists(file);
      body.throwFailure();
      throw malformed(e);
    } catch (RuntimeException | Error e) {
      boolean unused = Files.deleteIfExists(file);
      throw e;
    }
  }

  @Override
  public Optional<Input> next() throws IOException {
    try {
      if (source.hasNext()) {
        return Optional.of(new Item(source.next()));
      }
      // A tar is padded; who compares the body's digest wants all of it read.
      byte[] unused = body.readNBytes(MAX_PADDING_BYTES);
      return Optional.empty();
    } catch (UncheckedIOException e) {
      body.throwFailure();
      throw malformed(e);
    }
  }

  @Override
  public void close() throws IOException {
    try {
      source.close();
    } finally {
      if (spooled.isPresent()) {
        boolean unused = Files.deleteIfExists(spooled.get());
      }
    }
  }

  private static void copy(InputStream body, Path file) throws IOException {
    byte[] bytes = new byte[COPY_BYTES];
    long total = 0;
    try (OutputStream out = Files.newOutputStream(file)) {
      for (int count = body.read(bytes); count >= 0; count = body.read(bytes)) {
        total += count;
        if (total > MAX_PARQUET_BYTES) {
          throw Problem.of(
                  ProblemKind.BODY_TOO_LARGE,
                  "a Parquet file may have at most 1 GiB; send it in several, or use the import"
                      + " command, which reads files of any size")
              .with("limit", MAX_PARQUET_BYTES + " bytes")
              .asException();
        }
        out.write(bytes, 0, count);
      }
    }
  }

  private static ProblemException malformed(Exception e) {
    return Problem.of(ProblemKind.BODY_MALFORMED, String.valueOf(e.getMessage())).asException();
  }

  /** An item of the data set. */
  private record Item(SourceItem item) implements Input {

    @Override
    public long line() {
      return item.entry();
    }

    @Override
    public int sizeBytes() {
      return item instanceof SourceItem.Pair pair ? pair.pair().imageBytes() : 0;
    }

    @Override
    public Submission submission(Principal sender) {
      if (item instanceof SourceItem.Problem problem) {
        throw Problem.of(ProblemKind.PAIR_REFUSED, problem.message()).asException();
      }
      return item instanceof SourceItem.Pair pair
          ? form(pair.pair()).submission(sender)
          : form(((SourceItem.Link) item).link()).submission(sender);
    }

    @Override
    public void release() {
      // It holds nothing but memory.
    }

    private static PairForm form(NewPair pair) {
      PairForm form = new PairForm().image(bytes(pair.image()));
      return form(
          form,
          Map.of(
              "caption",
              pair.caption(),
              "language",
              pair.language(),
              "contributor",
              pair.contributor(),
              "url",
              pair.url(),
              "licence",
              pair.licence(),
              "media_type",
              pair.mediaType(),
              "source_kind",
              pair.sourceKind().name()),
          pair.annotations());
    }

    /** The buffer's own array where it holds nothing else: captions of an image share it. */
    private static byte[] bytes(ByteBuffer image) {
      if (image.hasArray()
          && image.arrayOffset() == 0
          && image.array().length == image.remaining()) {
        return image.array();
      }
      byte[] bytes = new byte[image.remaining()];
      image.duplicate().get(bytes);
      return bytes;
    }

    private static PairForm form(NewLink link) {
      return form(
          new PairForm(),
          Map.of(
              "caption",
              link.caption(),
              "language",
              link.language(),
              "contributor",
              link.contributor(),
              "url",
              link.url(),
              "licence",
              link.licence(),
              "expected_digest",
              link.expectedDigest(),
              "source_kind",
              link.sourceKind().name()),
          link.annotations());
    }

    private static PairForm form(
        PairForm form, Map<String, String> texts, Map<String, String> annotations) {
      PairForm filled = form;
      for (Map.Entry<String, String> text : texts.entrySet()) {
        if (!text.getValue().isEmpty()) {
          filled = filled.text(text.getKey(), text.getValue());
        }
      }
      for (Map.Entry<String, String> annotation : annotations.entrySet()) {
        filled = filled.annotation(annotation.getKey(), annotation.getValue());
      }
      return filled;
    }
  }

  /** The body, which remembers whether it was the connection that failed. */
  private static final class Watched extends FilterInputStream {

    private final SentBytes sent;
    private Optional<IOException> failure = Optional.empty();

    Watched(SentBytes sent) {
      super(sent);
      this.sent = sent;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      sent.pay();
      try {
        return in.read(into, offset, length);
      } catch (IOException e) {
        failure = Optional.of(e);
        throw e;
      }
    }

    @Override
    public void close() {
      // The server closes the body.
    }

    void throwFailure() throws IOException {
      if (failure.isPresent()) {
        throw failure.get();
      }
    }
  }
}

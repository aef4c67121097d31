package io.pairstream.storage;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.compress.utils.BoundedSeekableByteChannelInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Objects below a prefix of a bucket. Asks for what stores beside Amazon's have too: no tags, no
 * versions, no copies of parts, no conditions but {@code If-None-Match: *} on a single put.
 */
final class S3Store implements ObjectStore {

  private static final Pattern URL = Pattern.compile("s3://([A-Za-z0-9][A-Za-z0-9._-]+)(/.*)?");

  /** Largest object that is put in one request, which leaves nothing behind when it is cut off. */
  private static final long MAX_SINGLE_PUT_BYTES = 512L << 20;

  private static final int PART_BYTES = 64 << 20;

  /** Most parts of an object: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
  private static final int MAX_PARTS = 10_000;

  private static final int PRECONDITION_FAILED = 412;

  private final S3Connection connection;
  private final S3Client client;
  private final String bucket;

  /** Beginning of all keys in the bucket; ends with a slash, or is empty. */
  private final String prefix;

  private final long maxSinglePutBytes;

  private S3Store(S3Connection connection, String bucket, String prefix, long maxSinglePutBytes) {
    this.connection = connection;
    this.client = connection.client();
    this.bucket = bucket;
    this.prefix = prefix;
    this.maxSinglePutBytes = maxSinglePutBytes;
  }

  static S3Store open(String url) {
    return open(url, S3Connection.Timeouts.USUAL, MAX_SINGLE_PUT_BYTES);
  }

  /**
   * @param maxSinglePutBytes above so many bytes, an object is put in parts
   */
  static S3Store open(String url, S3Connection.Timeouts timeouts, long maxSinglePutBytes) {
    Matcher parts = URL.matcher(url);
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          "an address of objects is s3://bucket/prefix, without credentials in it");
    }
    String below = parts.group(2) == null ? "" : parts.group(2).replaceAll("^/+|/+$", "");
    String prefix = below.isEmpty() ? "" : ObjectKeys.checked(below) + "/";
    return new S3Store(
        new S3Connection("s3://" + parts.group(1), timeouts),
        parts.group(1),
        prefix,
        maxSinglePutBytes);
  }

  @Override
  public String url() {
    return ("s3://" + bucket + "/" + prefix).replaceFirst("/$", "");
  }

  @Override
  public Optional<ObjectInfo> find(String key) throws IOException {
    try {
      S3Connection.Answer answer = connection.head(url(key), bucket, full(key));
      if (!answer.problem().isEmpty()) {
        throw new IOException(url(key) + " cannot be found: " + answer.problem());
      }
      return Optional.of(new ObjectInfo(key, answer.length(), answer.modified()));
    } catch (NoSuchObjectException e) {
      return Optional.empty();
    }
  }

  @Override
  public byte[] read(String key) throws IOException {
    try (InputStream input = stream(key)) {
      return input.readAllBytes();
    }
  }

  @Override
  public byte[] read(String key, long from, int count) throws IOException {
    if (count == 0) {
      return new byte[0];
    }
    try (InputStream input = input(key, from, count)) {
      return input.readNBytes(count);
    }
  }

  @Override
  public InputStream stream(String key) throws IOException {
    return input(key, 0, S3Input.TO_THE_END);
  }

  private InputStream input(String key, long from, long count) throws IOException {
    return new S3Input(connection, bucket, full(key), url(key), from, count);
  }

  @Override
  public void put(String key, Path file) throws IOException {
    long bytes = Files.size(file);
    if (bytes <= maxSinglePutBytes) {
      put(key, RequestBody.fromFile(file));
    } else {
      putInParts(key, file, bytes);
    }
  }

  @Override
  public void put(String key, byte[] content) throws IOException {
    put(key, RequestBody.fromBytes(content));
  }

  private void put(String key, RequestBody body) throws IOException {
    String full = full(key);
    connection.send(url(key), () -> client.putObject(b -> b.bucket(bucket).key(full), body));
  }

  private void putInParts(String key, Path file, long bytes) throws IOException {
    String full = full(key);
    String upload =
        connection.send(
            url(key),
            () -> client.createMultipartUpload(b -> b.bucket(bucket).key(full)).uploadId());
    try (FileChannel channel = FileChannel.open(file)) {
      long size = Math.max(Math.min(PART_BYTES, maxSinglePutBytes), bytes / MAX_PARTS + 1);
      List<CompletedPart> parts = new ArrayList<>();
      for (long from = 0; from < bytes; from += size) {
        int number = parts.size() + 1;
        long begin = from;
        long length = Math.min(size, bytes - from);
        RequestBody body =
            RequestBody.fromContentProvider(
                () -> new BoundedSeekableByteChannelInputStream(begin, length, channel),
                length,
                "application/octet-stream");
        String tag =
            connection.send(
                url(key),
                () ->
                    client
                        .uploadPart(
                            b -> b.bucket(bucket).key(full).uploadId(upload).partNumber(number),
                            body)
                        .eTag());
        parts.add(CompletedPart.builder().partNumber(number).eTag(tag).build());
      }
      connection.send(
          url(key),
          () ->
              client.completeMultipartUpload(
                  b ->
                      b.bucket(bucket)
                          .key(full)
                          .uploadId(upload)
                          .multipartUpload(all -> all.parts(parts))));
    } catch (IOException | RuntimeException e) {
      abort(full, upload);
      throw e;
    }
  }

  private void abort(String full, String upload) {
    try {
      client.abortMultipartUpload(b -> b.bucket(bucket).key(full).uploadId(upload));
    } catch (SdkException e) {
      // The caller hears why the upload failed.
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>Where an answer was lost and the request was repeated, an object with the same bytes counts
   * as this writer's.
   */
  @Override
  public boolean create(String key, byte[] content) throws IOException {
    String full = full(key);
    AtomicInteger sends = new AtomicInteger();
    return connection.send(
        url(key),
        () -> {
          try {
            sends.incrementAndGet();
            client.putObject(
                b -> b.bucket(bucket).key(full).ifNoneMatch("*"), RequestBody.fromBytes(content));
            return true;
          } catch (S3Exception e) {
            if (e.statusCode() != PRECONDITION_FAILED) {
              throw e;
            }
            boolean isRepeated = sends.get() > 1 || e.numAttempts() > 1;
            return isRepeated && Arrays.equals(read(key), content);
          }
        });
  }

  @Override
  public void delete(String key) throws IOException {
    String full = full(key);
    try {
      connection.send(url(key), () -> client.deleteObject(b -> b.bucket(bucket).key(full)));
    } catch (NoSuchObjectException e) {
      // Most stores say nothing of an object that is not there.
    }
  }

  @Override
  public List<ObjectInfo> list(String keys) throws IOException {
    return connection.send(
        url(),
        () ->
            client
                .listObjectsV2Paginator(b -> b.bucket(bucket).prefix(prefix + keys))
                .contents()
                .stream()
                // Consoles make an object of a folder.
                .filter(each -> !each.key().endsWith("/"))
                .map(
                    each ->
                        new ObjectInfo(
                            each.key().substring(prefix.length()),
                            each.size(),
                            each.lastModified()))
                .sorted(ObjectKeys.ORDER)
                .toList());
  }

  @Override
  public void close() {
    connection.close();
  }

  private String full(String key) {
    return prefix + ObjectKeys.checked(key);
  }

  private String url(String key) {
    return url() + "/" + key;
  }
}

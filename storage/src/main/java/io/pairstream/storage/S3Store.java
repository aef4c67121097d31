package io.pairstream.storage;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Objects below a prefix of a bucket. Asks for what stores beside Amazon's have too: no tags, no
 * versions, no copies of parts, no conditions but {@code If-None-Match: *} on a single put.
 *
 * @param prefix beginning of all keys in the bucket; ends with a slash, or is empty
 */
record S3Store(S3Connection connection, String bucket, String prefix) implements ObjectStore {

  private static final Pattern URL = Pattern.compile("s3://([A-Za-z0-9][A-Za-z0-9._-]+)(/.*)?");

  /**
   * Largest object of one put, which leaves nothing behind when it is cut off:
   * https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
   */
  private static final long MAX_PUT_BYTES = 5L << 30;

  private static final int PRECONDITION_FAILED = 412;

  static S3Store open(String url, S3Connection.Timeouts timeouts) {
    Matcher parts = URL.matcher(url);
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          "an address of objects is s3://bucket/prefix, without credentials in it");
    }
    String below = parts.group(2) == null ? "" : parts.group(2).replaceAll("^/+|/+$", "");
    String prefix = below.isEmpty() ? "" : ObjectKeys.checked(below) + "/";
    return new S3Store(
        new S3Connection("s3://" + parts.group(1), timeouts), parts.group(1), prefix);
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

  /**
   * A part of an object.
   *
   * @param from offset of the first byte
   * @param count how many bytes, at least 1; all of them are within the object
   * @throws NoSuchObjectException where it does not exist
   * @throws IOException where it ends before the part does
   */
  byte[] read(String key, long from, int count) throws IOException {
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
    if (bytes > MAX_PUT_BYTES) {
      throw new IOException(
          "%s has %d bytes; an object has at most %d (5 GiB)"
              .formatted(url(key), bytes, MAX_PUT_BYTES));
    }
    put(key, RequestBody.fromFile(file));
  }

  @Override
  public void put(String key, byte[] content) throws IOException {
    put(key, RequestBody.fromBytes(content));
  }

  private void put(String key, RequestBody body) throws IOException {
    String full = full(key);
    connection.send(url(key), client -> client.putObject(b -> b.bucket(bucket).key(full), body));
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
        client -> {
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
      connection.send(url(key), client -> client.deleteObject(b -> b.bucket(bucket).key(full)));
    } catch (NoSuchObjectException e) {
      // Most stores say nothing of an object that is not there.
    }
  }

  @Override
  public List<ObjectInfo> list(String keys) throws IOException {
    return connection.send(
        url(),
        client ->
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
  public void requireFitForSets() throws IOException {
    new StoreCheck(this).run();
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

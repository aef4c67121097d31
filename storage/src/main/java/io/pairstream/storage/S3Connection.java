package io.pairstream.storage;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.Abortable;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.AwsProfileRegionProvider;
import software.amazon.awssdk.regions.providers.AwsRegionProviderChain;
import software.amazon.awssdk.regions.providers.SystemSettingsRegionProvider;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Requests to a store that speaks S3. Credentials, region and endpoint are found as by the AWS
 * command; without credentials, requests are anonymous. Repeats what an overloaded store refuses,
 * and what ends because credentials have expired. Thread-safe.
 */
final class S3Connection implements AutoCloseable {

  private static final int MAX_ATTEMPTS = 8;
  private static final int CONFLICT = 409;

  /**
   * Requests until credentials are renewed, or until a list comes whole: the SDK repeats neither.
   */
  private static final int MAX_SENDS = 4;

  private static final long FIRST_PAUSE_MILLIS = 100;
  private static final int MAX_REDIRECTS = 5;

  private final String bucketUrl;
  private final SdkHttpClient http;
  private final S3Client client;
  private final OptionalCredentials credentials = new OptionalCredentials();

  /**
   * Longest waits for a store.
   *
   * @param connect until a connection is made
   * @param read until the next bytes come
   */
  record Timeouts(Duration connect, Duration read) {
    static final Timeouts USUAL = new Timeouts(Duration.ofSeconds(10), Duration.ofSeconds(60));
  }

  /** A request of the SDK, which may be sent again. */
  interface Request<T> {
    T send(S3Client client) throws IOException;
  }

  /**
   * An answer about an object.
   *
   * @param problem complaint about an answer of another kind; empty otherwise
   * @param stream the object's bytes
   */
  record Answer(String problem, SdkHttpResponse head, InputStream stream) {

    /** How many bytes it says to have; -1 where it does not. */
    long length() {
      return head.firstMatchingHeader("Content-Length").map(Long::parseLong).orElse(-1L);
    }

    /** Length of the object that it is a part of; -1 for a whole object. */
    long total() {
      return head.firstMatchingHeader("Content-Range")
          .map(range -> Long.parseLong(range.replaceFirst(".*/", "")))
          .orElse(-1L);
    }

    /** Text that changes with the object; empty where the store gives none. */
    String tag() {
      return head.firstMatchingHeader("ETag").orElse("");
    }

    Instant modified() {
      return head.firstMatchingHeader("Last-Modified")
          .map(text -> Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(text)))
          .orElse(Instant.EPOCH);
    }

    /**
     * @param isRead whether all bytes were read, so that the connection is of further use
     */
    void close(boolean isRead) {
      try {
        if (!isRead && stream instanceof Abortable answer) {
          answer.abort();
        }
        stream.close();
      } catch (IOException | SdkException e) {
        // Its bytes are read or not wanted any more.
      }
    }
  }

  /**
   * @param bucketUrl names the bucket in messages
   * @throws IllegalArgumentException where the settings of the client are wrong
   */
  S3Connection(String bucketUrl, Timeouts timeouts) {
    this.bucketUrl = bucketUrl;
    this.http =
        UrlConnectionHttpClient.builder()
            .connectionTimeout(timeouts.connect())
            .socketTimeout(timeouts.read())
            .build();
    try {
      S3Client amazons = builder().crossRegionAccessEnabled(true).build();
      // Names in front of the host are for the host that Amazon runs.
      this.client =
          amazons.serviceClientConfiguration().endpointOverride().isEmpty()
              ? amazons
              : builder().forcePathStyle(true).build();
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(
          "%s: %s; check AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL and AWS_REGION"
              .formatted(bucketUrl, String.valueOf(e.getMessage()).replaceFirst("\\.$", "")),
          e);
    }
  }

  private S3ClientBuilder builder() {
    return S3Client.builder()
        .httpClient(http)
        .credentialsProvider(credentials)
        .region(region())
        .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
        .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
        .serviceConfiguration(s3 -> s3.chunkedEncodingEnabled(false).expectContinueEnabled(false))
        .overrideConfiguration(
            all ->
                all.retryStrategy(
                    AwsRetryStrategy.standardRetryStrategy().toBuilder()
                        .maxAttempts(MAX_ATTEMPTS)
                        .retryOnException(
                            e -> e instanceof S3Exception s3 && s3.statusCode() == CONFLICT)
                        .build()));
  }

  /** The region that is set; any other store needs none. */
  private static Region region() {
    try {
      return new AwsRegionProviderChain(
              new SystemSettingsRegionProvider(), new AwsProfileRegionProvider())
          .getRegion();
    } catch (SdkClientException e) {
      return Region.US_EAST_1;
    }
  }

  /**
   * Sends a request.
   *
   * @param url names its object in messages
   * @throws NoSuchObjectException where there is no such object
   * @throws IOException where the store refuses it, or cannot be reached
   */
  <T> T send(String url, Request<T> request) throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        return request.send(client);
      } catch (SdkException e) {
        if (attempt == MAX_SENDS || !S3Failures.isOfExpiredCredentials(e)) {
          throw S3Failures.describe(url, bucketUrl, credentials.isAnonymous, e);
        }
      } catch (UncheckedIOException e) {
        if (attempt == MAX_SENDS) {
          throw S3Failures.of(url + ": the store's answer breaks off", e);
        }
      }
      pause(attempt);
    }
  }

  /**
   * Asks for an object's length and time, at another host where the store says so.
   *
   * @throws NoSuchObjectException where it does not exist
   */
  Answer head(String url, String bucket, String key) throws IOException {
    return sendOrFollow(
        url,
        s3 ->
            new Answer(
                "",
                s3.headObject(b -> b.bucket(bucket).key(key)).sdkHttpResponse(),
                InputStream.nullInputStream()),
        SdkHttpRequest.builder().method(SdkHttpMethod.HEAD));
  }

  /**
   * Asks for an object's bytes, at another host where the store says so.
   *
   * @param range value of the header; empty for all bytes
   * @throws NoSuchObjectException where it does not exist
   */
  Answer get(String url, String bucket, String key, String range) throws IOException {
    SdkHttpRequest.Builder again = SdkHttpRequest.builder().method(SdkHttpMethod.GET);
    return sendOrFollow(
        url,
        s3 -> {
          ResponseInputStream<GetObjectResponse> answer =
              s3.getObject(b -> b.bucket(bucket).key(key).range(range.isEmpty() ? null : range));
          return new Answer("", answer.response().sdkHttpResponse(), answer);
        },
        range.isEmpty() ? again : again.putHeader("Range", range));
  }

  /**
   * @param again the request to another host, but for its address; has no credentials
   */
  private Answer sendOrFollow(String url, Request<Answer> request, SdkHttpRequest.Builder again)
      throws IOException {
    return send(
        url,
        s3 -> {
          try {
            return request.send(s3);
          } catch (S3Exception e) {
            Optional<URI> elsewhere = S3Failures.redirect(e);
            if (elsewhere.isEmpty()) {
              throw e;
            }
            return follow(elsewhere.get(), again);
          }
        });
  }

  private Answer follow(URI first, SdkHttpRequest.Builder request) {
    URI next = first;
    try {
      for (int hop = 0; hop < MAX_REDIRECTS; hop++) {
        HttpExecuteResponse answer =
            http.prepareRequest(
                    HttpExecuteRequest.builder().request(request.uri(next).build()).build())
                .call();
        SdkHttpResponse head = answer.httpResponse();
        AbortableInputStream stream =
            answer.responseBody().orElseGet(AbortableInputStream::createEmpty);
        if (head.isSuccessful()) {
          return new Answer("", head, stream);
        }
        stream.abort();
        Optional<URI> further = head.firstMatchingHeader("Location").map(next::resolve);
        if (further.isEmpty()) {
          return failed(next, "answers " + head.statusCode());
        }
        next = further.get();
      }
      return failed(next, "is one of too many hosts");
    } catch (IOException e) {
      return failed(next, "cannot be reached: " + e.getClass().getSimpleName());
    }
  }

  private static Answer failed(URI host, String how) {
    return new Answer(
        "%s, to which the store redirects, %s".formatted(host.getHost(), how),
        SdkHttpResponse.builder().build(),
        InputStream.nullInputStream());
  }

  /** Waits before a further attempt, twice as long as before the one before. */
  static void pause(int attempt) throws InterruptedIOException {
    try {
      Thread.sleep(FIRST_PAUSE_MILLIS << attempt);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while a store is asked again");
    }
  }

  @Override
  public void close() {
    client.close();
    http.close();
  }

  /** Credentials of the usual chain, or none where none are set. */
  private static final class OptionalCredentials implements AwsCredentialsProvider {

    private final AwsCredentialsProvider chain = DefaultCredentialsProvider.builder().build();
    private volatile boolean isFound;
    private volatile boolean isAnonymous;

    @Override
    public AwsCredentials resolveCredentials() {
      if (!isAnonymous) {
        try {
          AwsCredentials found = chain.resolveCredentials();
          isFound = true;
          return found;
        } catch (SdkClientException e) {
          if (isFound || System.getenv("AWS_PROFILE") != null) {
            throw e;
          }
          isAnonymous = true;
        }
      }
      return AnonymousCredentialsProvider.create().resolveCredentials();
    }
  }
}
